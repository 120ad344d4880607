/** The kernel's emulation as a carrier. It measures no lateness and says so. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DirectionAudit, LinkAudit, Verdict } from '../audit/audit.js';
import type { Carrier } from '../link/carrier.js';
import { type Holder, runInside } from '../link/namespaces.js';
import type { PingResult } from '../link/ping.js';
import { requireProgram } from '../link/programs.js';
import { pingThrough } from '../link/router-carrier.js';
import type { Direction, ResolvedProfile } from '../profile/profile.js';
import { assertServable, bridgeLinks, startLines, warmLines } from './commands.js';
import { directionFigures, type QdiscFigures } from './figures.js';

/** HTB and netem in the middle namespace. */
export class TcCarrier implements Carrier {
  readonly ready: Readonly<Record<string, unknown>>;
  readonly #pid: number;
  readonly #profile: ResolvedProfile;
  readonly #seed: number | undefined;
  readonly #ping: PingResult | undefined;
  #started: { readonly us: bigint; readonly before: readonly QdiscFigures[] } | undefined;

  private constructor(
    pid: number,
    known: { profile: ResolvedProfile; seed: number | undefined; ping: PingResult | undefined },
  ) {
    this.#pid = pid;
    this.#profile = known.profile;
    this.#seed = known.seed;
    this.#ping = known.ping;
    this.ready = {
      realTime: { state: 'normal', reason: 'the kernel carries the packets' },
      lossSteps: 'with packets',
      seed: known.seed ?? 'not taken by this tc',
    };
  }

  /** Puts the base delay in force. */
  static async open(
    middle: Holder,
    options: {
      readonly profile: ResolvedProfile;
      readonly seed: number;
      readonly takesSeed: boolean;
      readonly senderPid: number;
    },
  ): Promise<TcCarrier> {
    requireProgram('tc', 'iproute2');
    assertServable(options.profile);
    await batch(middle.pid, 'ip', bridgeLinks());
    await batch(middle.pid, 'tc', warmLines(options.profile));
    const seed = options.takesSeed ? options.seed : undefined;
    const measured = await pingThrough(options.senderPid);
    return new TcCarrier(middle.pid, { profile: options.profile, seed, ping: measured });
  }

  async start(atUs?: bigint): Promise<bigint> {
    const aheadMs = atUs === undefined ? 0 : Number(atUs - process.hrtime.bigint() / 1000n) / 1000;
    if (aheadMs > 0 && aheadMs <= MOST_AHEAD_MS) await sleep(aheadMs);
    const again = this.#started !== undefined;
    const lines = startLines(this.#profile, {
      again,
      ...(this.#seed === undefined ? {} : { seed: this.#seed }),
    });
    await batch(this.#pid, 'tc', lines);
    const us = process.hrtime.bigint() / 1000n;
    this.#started = { us, before: await this.#qdiscs() };
    return us;
  }

  async audit(): Promise<LinkAudit> {
    const profile = this.#profile;
    const measured = this.#ping;
    const common = {
      backend: 'tc' as const,
      realTime: this.ready.realTime,
      hostDrops: { socket: 0, send: 0, device: 0 },
      rttMs: { configured: profile.rttMs, tolerance: 1, ...(measured ? { measured } : {}) },
      series: {},
      verdict: UNJUDGED,
    };
    if (this.#started === undefined) return { ...common, durationMs: 0 };
    const now = await this.#qdiscs();
    const { before, us } = this.#started;
    const figures = (direction: Direction): DirectionAudit =>
      directionFigures({ direction, path: profile[direction], before, now });
    return {
      ...common,
      durationMs: Number(process.hrtime.bigint() / 1000n - us) / 1000,
      forward: figures('forward'),
      reverse: figures('reverse'),
    };
  }

  async close(): Promise<void> {}

  async #qdiscs(): Promise<QdiscFigures[]> {
    return JSON.parse(await runInside(this.#pid, ['tc', '-s', '-j', 'qdisc', 'show'])) as QdiscFigures[];
  }
}

/** As the router has it. */
const MOST_AHEAD_MS = 1_000;

const UNJUDGED: Verdict = {
  state: 'unjudged',
  reason: 'the kernel does not tell how late it sends; compare only with other runs of this backend',
};

async function batch(pid: number, program: 'ip' | 'tc', lines: readonly string[]): Promise<void> {
  await runInside(pid, [program, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}
