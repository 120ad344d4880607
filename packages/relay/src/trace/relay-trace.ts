/** Where the delays of one relay are looked at and told. */
import type { Registry } from '@longhaul/core';
import type { ExplainSource } from '../admin/explain.js';
import { broadcastNamed, Explainer, type Subject, type Unknown } from './explain.js';
import type { Explanation } from './figures.js';
import { LinkLooks, type OpenLink } from './link-looks.js';
import { StallMeter } from './stalls.js';
import type { TraceAnswer } from './trace-figures.js';
import { Tracer } from './tracer.js';

/** What is looked at. */
export interface RelayTraceOptions {
  readonly relay: () => string;
  readonly registry: Registry;
  readonly links: () => readonly OpenLink[];
  readonly nowMs: () => number;
}

/** Input: `poll` every `POLL_MS`. Output: what the admin routes ask for. */
export class RelayTrace implements ExplainSource {
  readonly #options: RelayTraceOptions;
  readonly #looks = new LinkLooks();
  readonly #explainer: Explainer;
  readonly #tracer: Tracer;
  readonly #stalls = new StallMeter(POLL_MS);
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(options: RelayTraceOptions) {
    this.#options = options;
    const { relay, registry, nowMs } = options;
    this.#explainer = new Explainer({
      relay,
      registry,
      nowMs,
      links: () => this.#looks.explained(),
      stalls: () => this.#stalls.view(nowMs()),
    });
    this.#tracer = new Tracer({ relay, nowMs, clocks: () => this.#looks.clocks() });
  }

  /** Time passes. */
  poll(nowMs: number): void {
    this.#stalls.called(nowMs);
    this.#looks.follow(nowMs, this.#tracer.isRunning);
    if (nowMs - this.#lookedMs < LOOK_MS) return;
    this.#lookedMs = nowMs;
    this.#looks.look(this.#options.links(), nowMs);
  }

  /** Ends the traces under way. */
  close(): void {
    this.#tracer.close();
  }

  /** The same to the query of `/explain.json`. */
  answer(query: URLSearchParams): Explanation | Unknown {
    const [link, broadcast] = [query.get('link'), query.get('broadcast')];
    if (link !== null) return this.explain({ kind: 'link', name: link });
    if (broadcast !== null) return this.explain({ kind: 'broadcast', name: broadcast });
    return { unknown: 'give ?link=PEER or ?broadcast=PATH' };
  }

  explain(subject: Subject): Explanation | Unknown {
    // A link is there from its first moment on.
    const links = this.#options.links();
    if (!this.#looks.knows(links)) this.#looks.look(links, this.#options.nowMs());
    return this.#explainer.explain(subject);
  }

  async trace(name: string, seconds: number, signal: AbortSignal): Promise<TraceAnswer | Unknown> {
    const { registry } = this.#options;
    const row = broadcastNamed(registry, name);
    if ('unknown' in row) return row;
    const broadcast = registry.broadcast(row.path);
    if (broadcast === undefined) return { unknown: `broadcast "${row.path}" is not live here` };
    return this.#tracer.trace(broadcast, seconds, signal);
  }
}

/** How often a relay looks, ms. */
export const POLL_MS = 250;
/** A little less than a second: what polls comes a little late at times. */
const LOOK_MS = 990;
