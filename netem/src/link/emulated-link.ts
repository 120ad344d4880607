/** A link that is up. */
import type { LinkAudit } from '../audit/audit.js';
import { NetemError } from '../errors.js';
import type { Backend } from '../probe.js';
import type { ResolvedProfile } from '../profile/profile.js';
import type { Carrier } from './carrier.js';
import { Host } from './host.js';
import { type Namespaces, release } from './namespaces.js';
import type { Settings } from './settings.js';
import { ENDS } from './topology.js';

/** What the link runs with: for the result of a measurement. */
export interface LinkSettings {
  readonly kernel: string;
  readonly ownUserNamespace: boolean;
  readonly initialWindow: number | 'default';
  readonly sender: Settings;
  readonly receiver: Settings;
  /** The carrier's own words: real-time priority, threads, buffers. */
  readonly router: Readonly<Record<string, unknown>>;
}

/** Everything that a link consists of once it is up. */
export interface LinkParts {
  readonly backend: Backend;
  readonly profile: ResolvedProfile;
  readonly seed: number;
  readonly namespaces: Namespaces;
  readonly settings: LinkSettings;
  readonly carrier: Carrier;
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
   * @param options `atUs`: the moment itself, up to a second ahead: the router keeps to it however late this process is
   *   scheduled (a moment farther off counts as now, and the tc backend is as late as it is)
   * @returns the moment on the monotonic clock (that of `process.hrtime.bigint()`), µs
   */
  async start({ atUs }: { readonly atUs?: bigint } = {}): Promise<{ readonly startUs: bigint }> {
    this.#assertOpen();
    return { startUs: await this.#parts.carrier.start(atUs) };
  }

  /** What the link did since `start()`, and whether the host let it. */
  async audit(): Promise<LinkAudit> {
    this.#assertOpen();
    return await this.#parts.carrier.audit();
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
    try {
      // First what is between the ends: it writes its record, and its interfaces go with theirs.
      await this.#parts.carrier.close();
    } finally {
      await Promise.all([router, sender, receiver].map(release));
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new NetemError('LH_NETEM_ROUTER', 'the link is closed');
  }
}
