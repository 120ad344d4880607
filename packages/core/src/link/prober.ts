/** Measures the round trip of the control streams and answers the peer's probes. */
import type { ControlMessage, UnknownMessage } from '@longhaul/wire';
import type { LinkContext } from './context.js';
import type { RequestStream } from './request-stream.js';

/** What the last answered probe told. */
export interface ProbeResult {
  /** From the probe to its answer, milliseconds: the round trip plus what both ends took. */
  readonly rttMs: number;
  /** The peer's clock when it answered, milliseconds modulo 2^32, of an origin of its own. */
  readonly peerTimeMs: number;
  readonly atMs: number;
}

/** Inputs: `poll`, the answers. Outputs: probes on one stream, one under way at a time; `last`. */
export class Prober {
  readonly #context: LinkContext;
  readonly #stream: RequestStream;
  #sequence = 0;
  #sentMs: number | undefined;
  #nextMs: number;
  #last: ProbeResult | undefined;

  constructor(stream: RequestStream, context: LinkContext) {
    this.#context = context;
    this.#stream = stream;
    this.#nextMs = context.now();
    const gone = () => {
      this.#nextMs = Number.POSITIVE_INFINITY;
    };
    stream.listen({ onMessage: (message) => this.#handle(message), onFinished: gone, onAborted: gone });
  }

  get last(): ProbeResult | undefined {
    return this.#last;
  }

  /** When to probe next; undefined while a probe is under way or the peer does not answer any. */
  get timeoutMs(): number | undefined {
    return this.#sentMs === undefined && this.#nextMs !== Number.POSITIVE_INFINITY ? this.#nextMs : undefined;
  }

  poll(nowMs: number): void {
    if (this.timeoutMs === undefined || nowMs < this.timeoutMs) return;
    this.#sequence = (this.#sequence + 1) >>> 0;
    this.#sentMs = nowMs;
    this.#stream.send({ kind: 'probe', sequence: this.#sequence, timeMs: clockOf(nowMs) });
  }

  #handle(message: ControlMessage | UnknownMessage): void {
    if (message.kind === 'unknown') return;
    if (message.kind === 'request-error') {
      this.#nextMs = Number.POSITIVE_INFINITY;
      return;
    }
    if (message.kind !== 'probe-reply' || message.sequence !== this.#sequence || this.#sentMs === undefined) {
      this.#context.violated(`${message.kind} that answers no probe`);
      return;
    }
    const nowMs = this.#context.now();
    this.#last = { rttMs: nowMs - this.#sentMs, peerTimeMs: message.peerTimeMs, atMs: nowMs };
    this.#nextMs = this.#sentMs + this.#context.timing.probeIntervalMs;
    this.#sentMs = undefined;
  }
}

/** Answers probes on `stream`. */
export function answerProbes(stream: RequestStream, context: LinkContext, onOver: () => void): void {
  const over = () => {
    stream.finish();
    onOver();
  };
  stream.listen({
    onMessage: (message) => {
      if (message.kind === 'unknown') return;
      if (message.kind === 'probe') answer(stream, message, context);
      else context.violated(`${message.kind} on the stream of probes`);
    },
    onFinished: over,
    onAborted: over,
  });
}

/** Answers one probe. */
export function answer(
  stream: RequestStream,
  { sequence, timeMs }: { readonly sequence: number; readonly timeMs: number },
  context: LinkContext,
): void {
  stream.send({ kind: 'probe-reply', sequence, timeMs, peerTimeMs: clockOf(context.now()) });
}

function clockOf(nowMs: number): number {
  return Math.floor(nowMs) >>> 0;
}
