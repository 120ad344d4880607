/** The user-space router as a carrier: the link engine in real time. */
import { auditLink, type LinkAudit } from '../audit/audit.js';
import type { RouterReport } from '../audit/report.js';
import type { ResolvedProfile } from '../profile/profile.js';
import type { Carrier } from './carrier.js';
import type { ChildEvent } from './event-lines.js';
import { type Holder, release } from './namespaces.js';
import { type PingResult, ping } from './ping.js';
import { routerConfig } from './router-config.js';
import { ENDS } from './topology.js';

/** Asks the process in the middle, one question at a time. */
export class RouterCarrier implements Carrier {
  readonly ready: Readonly<Record<string, unknown>>;
  readonly #router: Holder;
  readonly #profile: ResolvedProfile;
  readonly #ping: PingResult | undefined;
  /** The router answers in order. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    router: Holder,
    known: { profile: ResolvedProfile; ready: Record<string, unknown>; ping: PingResult | undefined },
  ) {
    this.#router = router;
    this.#profile = known.profile;
    this.#ping = known.ping;
    this.ready = known.ready;
  }

  /** Configures the router and measures the round trip, which is the base delay until `start`. */
  static async open(
    router: Holder,
    options: {
      readonly profile: ResolvedProfile;
      readonly seed: number;
      readonly record?: string;
      readonly senderPid: number;
    },
  ): Promise<RouterCarrier> {
    router.child.stdin?.write(`${JSON.stringify(routerConfig(options.profile, options))}\n`);
    const { event: _, ...ready } = await router.events.next('ready');
    const measured = await pingThrough(options.senderPid);
    return new RouterCarrier(router, { profile: options.profile, ready, ping: measured });
  }

  async start(atUs?: bigint): Promise<bigint> {
    const command = atUs === undefined ? 'start' : `start ${atUs * 1000n}`;
    const { epochNs } = await this.#ask(command, 'started');
    return BigInt(Math.round((epochNs as number) / 1000));
  }

  async audit(): Promise<LinkAudit> {
    const report = (await this.#ask('report', 'report')) as unknown as RouterReport;
    return auditLink({ profile: this.#profile, report, ready: this.ready, ping: this.#ping });
  }

  /** @throws NetemError `LH_NETEM_ROUTER` when the router had failed or could not write its record */
  async close(): Promise<void> {
    await release(this.#router);
    if (this.#router.child.exitCode !== 0) throw this.#router.events.failure();
  }

  #ask(command: string, answer: string): Promise<ChildEvent> {
    const asked = this.#last.then(() => {
      this.#router.child.stdin?.write(`${command}\n`);
      return this.#router.events.next(answer);
    });
    this.#last = asked.catch(() => {});
    return asked;
  }
}

/** The round trip from the sender, before anything but the base delay is in force. */
export function pingThrough(senderPid: number): Promise<PingResult | undefined> {
  return ping(senderPid, { address: ENDS.receiver.address, count: PINGS, intervalMs: PING_INTERVAL_MS });
}

const PINGS = 10;
const PING_INTERVAL_MS = 20;
