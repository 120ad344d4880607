/** The rounds: a relay is killed or ended while others publish and watch, and started again on its ports. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@longhaul/testkit';
import { StubbornPublisher, StubbornViewer } from './clients.js';
import { FaultSystem, type Role } from './system.js';
import { excess, type Vitals } from './vitals.js';

/** What to run. */
export interface FaultPlan {
  /** Of each signal. */
  readonly rounds: number;
  readonly seed: number;
  readonly broadcasts: number;
}

/** One round. Times in ms. */
export interface RoundReport {
  readonly signal: 'SIGKILL' | 'SIGTERM';
  readonly victim: Role;
  readonly downMs: number;
  /** From the ports being bound again to the open link. */
  readonly linkBackMs: number;
  /** From there to a frame at every viewer. */
  readonly servedMs: number;
  /** Until the survivor held no more than before the fault. */
  readonly restoredMs: number;
  readonly survivorRssBytes: number;
  /** Promises that were broken. */
  readonly failures: readonly string[];
}

/** All of them. */
export interface FaultReport {
  readonly rounds: readonly RoundReport[];
  /** What was left in each relay when everybody had gone. */
  readonly left: readonly string[];
  readonly complaints: readonly string[];
}

/** The link is back within this once the port is. */
export const LINK_BACK_MS = 2_000;
const LINK_LATE = `no link within ${LINK_BACK_MS} ms`;
const SERVED_MS = 8_000;
const RESTORED_MS = 12_000;
const LEFT_MS = 12_000;

/** Runs `plan`; rejects only when the relays cannot be run at all. */
export async function runRounds(plan: FaultPlan, note: (line: string) => void): Promise<FaultReport> {
  const random = new Random(plan.seed);
  const system = await FaultSystem.start();
  const publishers: StubbornPublisher[] = [];
  const viewers: StubbornViewer[] = [];
  try {
    await until(() => linked(system), LINK_BACK_MS * 5);
    const empty = { edge: await vitals(system, 'edge'), center: await vitals(system, 'center') };
    const { publish, play } = system.urls;
    for (let index = 0; index < plan.broadcasts; index++) {
      publishers.push(new StubbornPublisher(`${publish}/b${index}`));
      viewers.push(new StubbornViewer(`${play}/b${index}.flv`));
    }
    const rounds: RoundReport[] = [];
    for (let at = 0; at < plan.rounds * 2; at++) {
      const signal = at % 2 === 0 ? 'SIGKILL' : 'SIGTERM';
      const victim = random.chance(0.5) ? 'edge' : 'center';
      const pauses = { beforeMs: random.integer(300, 1_800), downMs: random.integer(0, 1_500) };
      const round = await undisturbed(() => runRound({ system, viewers, signal, victim, ...pauses }), note);
      rounds.push(round);
      note(describeRound(at, round));
    }
    for (const viewer of viewers) viewer.close();
    await Promise.all(publishers.map((publisher) => publisher.close()));
    const left = [...(await leftOver(system, 'edge', empty)), ...(await leftOver(system, 'center', empty))];
    return { rounds, left, complaints: system.complaints };
  } finally {
    for (const viewer of viewers) viewer.close();
    await Promise.all(publishers.map((publisher) => publisher.close()));
    await system.stop();
  }
}

/**
 * Runs a round again, at most twice, when all that failed is that the link came late, and this process, too, was kept
 * from running: the machine was late then.
 */
async function undisturbed(
  round: () => Promise<RoundReport>,
  note: (line: string) => void,
): Promise<RoundReport> {
  for (let again = 0; ; again++) {
    const lag = monitorEventLoopDelay();
    lag.enable();
    const report = await round();
    lag.disable();
    const lagMs = lag.max / 1e6;
    const late = report.failures.length === 1 && report.failures[0] === LINK_LATE;
    if (!late || lagMs <= MOST_LAG_MS || again === MOST_REPEATS) return report;
    note(`${LINK_LATE}, and a turn here came ${lagMs.toFixed(0)} ms late: the round is run again`);
  }
}

interface Round {
  readonly system: FaultSystem;
  readonly viewers: readonly StubbornViewer[];
  readonly signal: 'SIGKILL' | 'SIGTERM';
  readonly victim: Role;
  readonly beforeMs: number;
  readonly downMs: number;
}

async function runRound(round: Round): Promise<RoundReport> {
  const { system, viewers, signal, victim, beforeMs, downMs } = round;
  const survivor = victim === 'edge' ? 'center' : 'edge';
  const failures: string[] = [];
  const must = (what: string, tookMs: number | undefined): number => {
    if (tookMs === undefined) failures.push(what);
    return tookMs ?? Number.NaN;
  };
  const startMs = performance.now();
  must('a viewer was not served before', await until(() => served(viewers, startMs), SERVED_MS));
  const baseline = await vitals(system, survivor);
  await sleep(beforeMs);
  await system.down(victim, signal);
  await sleep(downMs);
  await system.up(victim);
  const upMs = performance.now();
  const linkBackMs = must(LINK_LATE, await until(() => linked(system), LINK_BACK_MS));
  const servedMs = must('a viewer is not served again', await until(() => served(viewers, upMs), SERVED_MS));
  let more: string[] = [];
  let after: Vitals = baseline;
  const restoredMs = must(
    'the survivor holds more than before',
    await until(async () => {
      const now = await system.vitals(survivor).catch(() => undefined);
      after = now ?? after;
      more = now === undefined ? [NO_ANSWER] : excess(baseline, now);
      return more.length === 0;
    }, RESTORED_MS),
  );
  failures.push(...more.map((line) => `${survivor}: ${line}`));
  return {
    signal,
    victim,
    downMs,
    linkBackMs,
    servedMs,
    restoredMs,
    survivorRssBytes: after.rssBytes,
    failures,
  };
}

/** What a relay holds when everybody has left, beyond what it held before anybody came. */
async function leftOver(
  system: FaultSystem,
  role: Role,
  empty: Readonly<Record<Role, Vitals>>,
): Promise<string[]> {
  let more: string[] = [];
  await until(async () => {
    const now = await system.vitals(role).catch(() => undefined);
    more = now === undefined ? [NO_ANSWER] : excess(empty[role], now);
    return more.length === 0;
  }, LEFT_MS);
  const { rssBytes } = await vitals(system, role);
  if (rssBytes > empty[role].rssBytes + RSS_BAND_BYTES)
    more.push(`memory ${mebibytes(rssBytes)} MiB, was ${mebibytes(empty[role].rssBytes)}`);
  return more.map((line) => `${role}: ${line}`);
}

async function linked(system: FaultSystem): Promise<boolean> {
  const ask = (role: Role) => system.vitals(role).catch(() => undefined);
  // A relay that is busy beyond the limit of a question is asked again.
  const both = await Promise.all([ask('edge'), ask('center')]);
  return both.every((each) => each?.links === 1);
}

/** What a relay holds; it may be busy beyond the limit of one question. Rejects when it answers none. */
async function vitals(system: FaultSystem, role: Role): Promise<Vitals> {
  for (let tries = 1; ; tries++) {
    try {
      return await system.vitals(role);
    } catch (error) {
      if (tries === ASK_TRIES) throw error;
    }
  }
}

function served(viewers: readonly StubbornViewer[], sinceMs: number): boolean {
  return viewers.every(({ lastFrameMs }) => lastFrameMs > sinceMs);
}

/** How long it took until `look` was true; undefined when it was not within `limitMs`. */
async function until(look: () => boolean | Promise<boolean>, limitMs: number): Promise<number | undefined> {
  const startMs = performance.now();
  for (;;) {
    const tookMs = performance.now() - startMs;
    if (await look()) return tookMs;
    if (tookMs > limitMs) return undefined;
    await sleep(LOOK_MS);
  }
}

/** One line. */
export function describeRound(at: number, round: RoundReport): string {
  const { signal, victim, downMs, linkBackMs, servedMs, restoredMs, survivorRssBytes, failures } = round;
  const times = `link ${linkBackMs.toFixed(0)}, served ${servedMs.toFixed(0)}, survivor restored ${restoredMs.toFixed(0)} ms`;
  const words = failures.length === 0 ? '' : `  FAILED: ${failures.join('; ')}`;
  return `${at + 1}: ${signal} ${victim}, down ${downMs.toFixed(0)} ms: ${times}, ${mebibytes(survivorRssBytes)} MiB${words}`;
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(0);
}

const LOOK_MS = 20;
const ASK_TRIES = 5;
const MOST_LAG_MS = 300;
const MOST_REPEATS = 2;
const NO_ANSWER = 'no answer';
/** What the runtime's heap and caches may have grown by since nobody had come. */
const RSS_BAND_BYTES = 64 * 1_048_576;
