/** The soak: churn over a pair of relays, sampled, then what is left of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@longhaul/testkit';
import { FaultSystem, type Role } from '../faults/system.js';
import { excess, type Vitals } from '../faults/vitals.js';
import { usageOf } from '../hop/usage.js';
import { shortSession, watchedSession } from './sessions.js';
import { type Sample, type Trend, trendOf } from './trend.js';

/** What to run. */
export interface SoakPlan {
  readonly minutes: number;
  /** Sessions that begin each second, each a publisher and a viewer. */
  readonly sessionsPerSecond: number;
  /** Sessions of one key frame after that, as fast as they go. */
  readonly shortSessions: number;
  readonly seed: number;
}

/** One relay over the whole. Memory in bytes. */
export interface RelayReport {
  readonly startRss: number;
  readonly rssAfterChurn: number;
  readonly endRss: number;
  /** Memory after the first third of the churn; undefined in a run too short for it. */
  readonly trend: Trend | undefined;
  /** Processor time a second of one core, before anybody came and after all had gone. */
  readonly idleCpu: { readonly before: number; readonly after: number };
  /** What is more than it was before. */
  readonly left: readonly string[];
}

/** All of it. */
export interface SoakReport {
  readonly sessions: number;
  readonly unpublished: number;
  /** Sessions whose viewer got nothing. */
  readonly unseen: number;
  readonly short: { readonly sessions: number; readonly refused: number; readonly seconds: number };
  readonly relays: Readonly<Record<Role, RelayReport>>;
  readonly complaints: readonly string[];
}

const ROLES = ['edge', 'center'] as const;

/** Runs `plan`; rejects only when the relays cannot be run at all. */
export async function runSoak(plan: SoakPlan, note: (line: string) => void): Promise<SoakReport> {
  const system = await FaultSystem.start();
  try {
    await until(async () => (await system.vitals('center')).links === 1, LINK_MS);
    const before = await both((role) => system.vitals(role));
    const idleBefore = await idleCpu(system);
    const samples: Record<Role, Sample[]> = { edge: [], center: [] };
    const churned = await churn(plan, system, samples, note);
    const afterChurn = await both(async (role) => usageOf(system.pid(role)).rssBytes);
    const short = await shortOnes(plan, system, note);
    const left = await both((role) => leftOver(system, role, before[role]));
    const idleAfter = await idleCpu(system);
    const end = await both(async (role) => usageOf(system.pid(role)));
    const relays = await both(
      async (role): Promise<RelayReport> => ({
        startRss: before[role].rssBytes,
        rssAfterChurn: afterChurn[role],
        endRss: end[role].rssBytes,
        trend: trendOf(samples[role], (plan.minutes * 60) / 3),
        idleCpu: { before: idleBefore[role], after: idleAfter[role] },
        left: left[role],
      }),
    );
    return { ...churned, short, relays, complaints: system.complaints };
  } finally {
    await system.stop();
  }
}

async function churn(
  plan: SoakPlan,
  system: FaultSystem,
  samples: Record<Role, Sample[]>,
  note: (line: string) => void,
): Promise<{ sessions: number; unpublished: number; unseen: number }> {
  const random = new Random(plan.seed);
  const counts = { sessions: 0, unpublished: 0, unseen: 0 };
  const running = new Set<Promise<void>>();
  const startMs = performance.now();
  const totalS = plan.minutes * 60;
  let nextSampleS = 0;
  for (let atS = 0; atS < totalS; atS = (performance.now() - startMs) / 1_000) {
    while (counts.sessions < atS * plan.sessionsPerSecond) {
      const name = `s${counts.sessions}`;
      counts.sessions += 1;
      const session = watchedSession({ ...system.urls, name }, random.integer(200, 3_000)).then(
        ({ published, frames }) => {
          if (!published) counts.unpublished += 1;
          else if (frames === 0) counts.unseen += 1;
          running.delete(session);
        },
      );
      running.add(session);
    }
    if (atS >= nextSampleS) {
      nextSampleS = atS + SAMPLE_S;
      for (const role of ROLES) samples[role].push({ atS, value: usageOf(system.pid(role)).rssBytes });
      if (samples.edge.length % NOTE_EVERY === 0)
        note(`${atS.toFixed(0)} s: ${counts.sessions} sessions, ${describeRss(samples)}`);
    }
    await sleep(STEP_MS);
  }
  await Promise.all(running);
  return counts;
}

async function shortOnes(plan: SoakPlan, system: FaultSystem, note: (line: string) => void) {
  const startMs = performance.now();
  let [begun, refused] = [0, 0];
  const worker = async () => {
    while (begun < plan.shortSessions) {
      const name = `short${begun}`;
      begun += 1;
      if (!(await shortSession({ ...system.urls, name }))) refused += 1;
      if (begun % NOTE_SHORT === 0) note(`${begun} short sessions`);
    }
  };
  // Fewer than the connections that a relay takes of one address before it knows them.
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return { sessions: begun, refused, seconds: (performance.now() - startMs) / 1_000 };
}

/** What a relay holds when everybody has left, beyond what it held before anybody came. */
async function leftOver(system: FaultSystem, role: Role, before: Vitals): Promise<string[]> {
  let more: string[] = [];
  await until(async () => {
    // A relay that is busy beyond the limit of a question is asked again.
    const now = await system.vitals(role).catch(() => undefined);
    more = now === undefined ? ['no answer'] : excess(before, now);
    return more.length === 0;
  }, LEFT_MS);
  return more;
}

/** Processor seconds a second of each relay while nothing happens. */
async function idleCpu(system: FaultSystem): Promise<Record<Role, number>> {
  const start = await both(async (role) => usageOf(system.pid(role)).cpuSeconds);
  await sleep(IDLE_MS);
  return both(async (role) => ((usageOf(system.pid(role)).cpuSeconds - start[role]) * 1_000) / IDLE_MS);
}

async function both<Value>(of: (role: Role) => Promise<Value>): Promise<Record<Role, Value>> {
  const [edge, center] = await Promise.all(ROLES.map(of));
  return { edge, center } as Record<Role, Value>;
}

async function until(look: () => Promise<boolean>, limitMs: number): Promise<void> {
  for (const endMs = performance.now() + limitMs; performance.now() < endMs; await sleep(LOOK_MS)) {
    if (await look()) return;
  }
}

function describeRss(samples: Readonly<Record<Role, readonly Sample[]>>): string {
  return ROLES.map(
    (role) => `${role} ${((samples[role].at(-1)?.value ?? 0) / 1_048_576).toFixed(1)} MiB`,
  ).join(', ');
}

const LINK_MS = 10_000;
const LEFT_MS = 30_000;
const IDLE_MS = 5_000;
const LOOK_MS = 200;
const STEP_MS = 20;
const SAMPLE_S = 1;
const NOTE_EVERY = 30;
const NOTE_SHORT = 2_000;
const WORKERS = 8;
