/** A link that is up. */

import { auditLink, type LinkAudit } from '../audit/audit.js';
import type { RouterReport } from '../audit/report.js';
import { NetemError } from '../errors.js';
import type { Backend } from '../probe.js';
import type { ResolvedProfile } from '../profile/profile.js';
import { Host } from './host.js';
import { type Holder, type Namespaces, release } from './namespaces.js';
import type { PingResult } from './ping.js';
import type { Settings } from './settings.js';
import { ENDS } from './topology.js';

/** What the link runs with: for the result of a measurement. */
export interface LinkSettings {
  readonly kernel: string;
  readonly ownUserNamespace: boolean;
  readonly initialWindow: number | 'default';
  readonly sender: Settings;
  readonly receiver: Settings;
  /** The router's own words: real-time priority, threads, buffers. */
  readonly router: Readonly<Record<string, unknown>>;
}

/** Everything that a link consists of once it is up. */
export interface LinkParts {
  readonly backend: Backend;
  readonly profile: ResolvedProfile;
  readonly seed: number;
  readonly namespaces: Namespaces;
  readonly settings: LinkSettings;
  readonly ping: PingResult | undefined;
}

/**
 * Two hosts and the path between them. It begins with the base delay alone, so that servers may come up and connections
 * of a warm-up pass; `start()` sets time zero of loss, rate, jitter, trace and steps.
 *
 * Inputs: `start`, `audit`, `close`, the processes of the hosts. Outputs: the audit. State: open, then closed; closing
 * twice does nothing.
 */
export class EmulatedLink {
  readonly backend: Backend;
  readonly profile: ResolvedProfile;
  readonly seed: number;
  /** Where media comes from. */
  readonly sender: Host;
  /** Where it goes to. */
  readonly receiver: Host;
  readonly settings: LinkSettings;
  readonly #parts: LinkParts;
  /** One request at a time: the router answers in order. */
  #last: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.backend = parts.backend;
    this.profile = parts.profile;
    this.seed = parts.seed;
    this.settings = parts.settings;
    this.sender = new Host(ENDS.sender, parts.namespaces.sender.pid);
    this.receiver = new Host(ENDS.receiver, parts.namespaces.receiver.pid);
  }

  /**
   * Time zero, now. Called again it begins anew with the same seed; packets under way arrive as they would have.
   *
   * @returns the moment on the monotonic clock (that of `process.hrtime.bigint()`), µs
   */
  async start(): Promise<{ readonly startUs: bigint }> {
    const { epochNs } = await this.#ask('start', 'started');
    return { startUs: BigInt(Math.round(epochNs as number)) / 1000n };
  }

  /** What the link did since `start()`, and whether the host let it. */
  async audit(): Promise<LinkAudit> {
    const report = (await this.#ask('report', 'report')) as unknown as RouterReport;
    return auditLink({
      backend: this.backend,
      profile: this.profile,
      report,
      ready: this.settings.router,
      ping: this.#parts.ping,
    });
  }

  /**
   * Ends the link and every process on its hosts.
   *
   * @throws NetemError `LH_NETEM_ROUTER` when the router had failed or could not write its record
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { router, sender, receiver } = this.#parts.namespaces;
    // The router first: it writes its record, and its interfaces go with the hosts.
    await release(router);
    await Promise.all([sender, receiver].map(release));
    if (router.child.exitCode !== 0) throw router.events.failure();
  }

  #ask(command: string, answer: string): Promise<Record<string, unknown>> {
    if (this.#closing !== undefined)
      return Promise.reject(new NetemError('LH_NETEM_ROUTER', 'the link is closed'));
    const asked = this.#last.then(() => ask(this.#parts.namespaces.router, command, answer));
    this.#last = asked.catch(() => {});
    return asked;
  }
}

async function ask(router: Holder, command: string, answer: string): Promise<Record<string, unknown>> {
  router.child.stdin?.write(`${command}\n`);
  return await router.events.next(answer);
}
