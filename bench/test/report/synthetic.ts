/** Records of runs that never ran: every delay is chosen, so every figure is known beforehand. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '@longhaul/testkit';
import * as Records from '../../src/records/index.js';

/** A run as a test wants it. */
export interface SyntheticRun {
  readonly profile: string;
  readonly arm: string;
  readonly seed: number;
  readonly scenario?: string;
  readonly durationS?: number;
  readonly oneWayMs?: number;
  /** Delay of the frame at a place, ms; undefined: it never came. */
  readonly delayMs: (at: number) => number | undefined;
  readonly connectMs?: number;
  readonly backend?: string;
  readonly invalid?: readonly string[];
}

const FPS = 50; // 20 ms apart, so that times are whole numbers
const GROUP = 50; // frames, one second
const START_US = 5_000_000;
const KEY_BYTES = 40_000;
const DELTA_BYTES = 5_000;

/** The record; the viewer comes with the first frame, the link's samples begin a second before. */
export function record(run: SyntheticRun): Records.RunRecord {
  const { profile, arm, seed, scenario = 'live', durationS = 8, oneWayMs = 50, invalid } = run;
  const frames = framesOf(run, durationS);
  const first = frames.find(({ arrivalUs }) => arrivalUs !== undefined);
  return {
    version: Records.RECORD_VERSION,
    run: { profile, seed, arm, scenario, durationS },
    link: { oneWayMs, rttMs: 2 * oneWayMs },
    settings: { arm: { carrier: arm.split('-')[0] }, link: { backend: run.backend ?? 'router' } },
    versions: { longhaul: '0.1.0', git: 'abc1234' },
    audit: { forward: { pushedBytes: 110, deliveredBytes: 100 } },
    validity: invalid === undefined ? { state: 'valid' } : { state: 'invalid', reasons: invalid },
    hop: { startUs: 0, usableUs: (run.connectMs ?? 2 * oneWayMs) * 1000 },
    session: {
      connectStartUs: START_US,
      connectedUs: START_US + 1000,
      ...(first?.arrivalUs !== undefined && {
        firstByteUs: first.arrivalUs - 5000,
        firstKeyFrameUs: first.arrivalUs,
      }),
      endUs: START_US + durationS * 1e6,
      endReason: 'complete',
      corrupt: 0,
      duplicated: 0,
    },
    frames: Records.fromRows(frames),
    series: seriesOf(run, durationS),
    cpu: { edge: 0.1, center: 0.15 },
  };
}

function framesOf({ delayMs }: SyntheticRun, durationS: number): Records.Frame[] {
  return Array.from({ length: durationS * FPS }, (_, at) => {
    const captureUs = START_US + (at * 1e6) / FPS;
    const delay = delayMs(at);
    const isKey = at % GROUP === 0;
    return {
      sequence: at,
      track: 'video',
      kind: isKey ? 'key' : 'delta',
      ptsMs: (at * 1000) / FPS,
      bytes: isKey ? KEY_BYTES : DELTA_BYTES,
      captureUs,
      arrivalUs: delay === undefined ? undefined : captureUs + Math.round(delay * 1000),
    };
  });
}

/** A hop that samples every 100 ms and a link that delivers as many bytes as there is media, and a fifth more. */
function seriesOf({ arm, seed, oneWayMs = 50 }: SyntheticRun, durationS: number): Records.Series[] {
  const random = new Random(seed + arm.length);
  const samples = (durationS + 2) * 10;
  const timeUs = Array.from({ length: samples }, (_, at) => START_US - 1e6 + at * 1e5);
  let cwndBytes = 60_000;
  const columns = {
    cwndBytes: timeUs.map(() => {
      cwndBytes = random.chance(0.04) ? cwndBytes * 0.7 : cwndBytes + 4000;
      return Math.round(cwndBytes);
    }),
    rateBps: timeUs.map(() => random.integer(3_000_000, 4_500_000)),
    deliveryBps: timeUs.map(() => random.integer(2_300_000, 2_800_000)),
    rttUs: timeUs.map(() => oneWayMs * 2000 + random.integer(0, 30_000)),
  };
  const bytesPerS = KEY_BYTES + (FPS - 1) * DELTA_BYTES;
  const link = {
    queueBytes: timeUs.map(() => random.integer(0, 30_000)),
    deliveredBytes: timeUs.map((_, at) => Math.round((bytesPerS * 1.2 * at) / 10)),
    linkBps: timeUs.map(() => 20_000_000),
  };
  return [
    { name: 'hop.sender', timeUs, columns },
    { name: 'link.forward', timeUs, columns: link },
  ];
}

/** A run of handshakes: usable after 100 ms, a byte is back after 200 ms in most attempts. */
export function handshake({ profile, arm, seed }: Pick<SyntheticRun, 'profile' | 'arm' | 'seed'>) {
  const base = record({ profile, arm, seed, scenario: 'connect', delayMs: () => 60, connectMs: 100 });
  const timeUs = [0, 1e6, 2e6, 3e6, 4e6];
  const columns = { usableUs: timeUs.map(() => 1e5), firstByteUs: [2e5, 2e5, 2e5, 9e5, null] };
  const { session: _session, frames: _frames, ...rest } = base;
  return { ...rest, series: [{ name: 'connects', timeUs, columns }] };
}

/** A run of subscribers that join: most have their key frame after `tookMs`, whose bytes take 10 ms on the link. */
export function joining(
  { profile, arm, seed }: Pick<SyntheticRun, 'profile' | 'arm' | 'seed'>,
  tookMs: number,
) {
  const {
    session: _session,
    frames: _frames,
    ...rest
  } = record({
    profile,
    arm,
    seed,
    scenario: 'join',
    delayMs: () => 60,
  });
  const timeUs = [0, 1e6, 2e6];
  const keyFrameUs = [tookMs * 1000, tookMs * 1000, null];
  const settings = { ...rest.settings, arm: { transmissionMs: 10 } };
  return { ...rest, settings, series: [{ name: 'joins', timeUs, columns: { keyFrameUs } }] };
}

/** What plan.json holds. */
export interface SyntheticPlan {
  readonly profiles: readonly string[];
  readonly arms: readonly string[];
  readonly seeds: readonly number[];
  readonly durationS?: number;
  readonly shape?: string;
  /** Arms of the scenario `connect`, when there is one. */
  readonly handshakes?: readonly string[];
}

/** plan.json as `bench run` writes it. */
export function planOf({
  profiles,
  arms,
  seeds,
  durationS = 8,
  shape = '2.5m-2s',
  handshakes,
}: SyntheticPlan) {
  const path = {
    oneWayMs: 50,
    jitterSigmaMs: 3,
    bottleneck: { kind: 'rate', bps: 20e6 },
    queueBytes: 250_000,
    loss: { kind: 'gilbert', mode: 'time', share: 0.01, burst: 3 },
    steps: [{ atMs: 4000, kind: 'blackhole', lengthMs: 1500 }],
  };
  const links = profiles.map((name) => [
    name,
    {
      name,
      summary: `a link called ${name}`,
      rttMs: 100,
      forward: path,
      reverse: { ...path, steps: [] },
      origins: {
        rttMs: { source: 'Azure P50 2024' },
        'forward.loss': { derived: 'as tquic has it' },
        'steps.0': { source: 'a cable was cut' },
      },
    },
  ]);
  return {
    version: 1,
    scenarios: handshakes === undefined ? ['live'] : ['live', 'connect'],
    contestants: { live: arms, ...(handshakes !== undefined && { connect: handshakes }) },
    profiles,
    arms,
    skipped: {},
    seeds,
    durationS,
    warmUpS: 2,
    shape,
    startedAt: '2026-08-01T10:00:00Z',
    sittings: [{ at: '2026-08-01T10:00:00Z', git: 'abc1234', jobs: 4, priority: 'nice -20' }],
    machine: { cpu: 'two cores', kernel: '6.1' },
    versions: { longhaul: '0.1.0', git: 'abc1234' },
    links: Object.fromEntries(links) as Record<string, unknown>,
  };
}

/** A result directory with what `of` gives for every profile, arm and seed: attempts in their order, or nothing. */
export async function writeResults(
  directory: string,
  plan: SyntheticPlan,
  of: (key: { profile: string; arm: string; seed: number }) => readonly SyntheticRun[],
): Promise<void> {
  for (const place of ['runs', 'invalid']) await mkdir(join(directory, place), { recursive: true });
  await writeFile(join(directory, 'plan.json'), JSON.stringify(planOf(plan)));
  for (const profile of plan.profiles) {
    for (const arm of plan.handshakes ?? []) {
      for (const seed of plan.seeds) {
        const made = handshake({ profile, arm, seed });
        await Records.writeRun(join(directory, 'runs', Records.fileName(made.run)), made);
      }
    }
  }
  const keys = plan.profiles.flatMap((profile) =>
    plan.arms.flatMap((arm) => plan.seeds.map((seed) => ({ profile, arm, seed }))),
  );
  for (const key of keys) {
    for (const [at, run] of of(key).entries()) {
      const made = record({ durationS: plan.durationS ?? 8, ...run });
      const name = Records.fileName(made.run);
      const attempt = name.replace('.json', `.attempt-${at + 1}.json`);
      await Records.writeRun(
        run.invalid === undefined ? join(directory, 'runs', name) : join(directory, 'invalid', attempt),
        made,
      );
    }
  }
}
