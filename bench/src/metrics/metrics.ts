/** Everything computed from one record. */
import * as Player from '../player/index.js';
import type { Connect, RunRecord } from '../records/index.js';
import { type DelayMetrics, delayMetrics } from './delay.js';
import { type PlayerMetrics, SETTLED_MS, viewing } from './viewing.js';

/** The metrics of one run; what its scenario does not tell is undefined. */
export interface RunMetrics {
  /** Length of the run, ms: what a time that never came counts as. */
  readonly lengthMs: number;
  /** Of the hop, until usable for application data; undefined where it does not tell. The viewer's own does not cross the link. */
  readonly connectMs: number | undefined;
  /** From the viewer's connect call to the first media byte. */
  readonly ttfbMs: number | undefined;
  /** To the first key frame that can be decoded. */
  readonly ttffMs: number | undefined;
  /** Of all frames since the connect call: what came late because the viewer had only begun counts, too. */
  readonly delay: DelayMetrics | undefined;
  /** Of the frames since `SETTLED_MS` after it: the same frames in every arm of a block, however fast its start. */
  readonly steady: DelayMetrics | undefined;
  readonly players: Readonly<Record<Player.PlayerName, PlayerMetrics>> | undefined;
  /** Share of a core that the hop's processes took together, source and viewer apart; undefined when none was measured. */
  readonly cpuShare: number | undefined;
}

/** Processes of a run that are not what is measured. */
const ENDS: readonly string[] = ['source', 'viewer'];

/** Computes them. */
export function ofRun(record: RunRecord): RunMetrics {
  const { run, session, hop } = record;
  const lengthMs = run.durationS * 1e3;
  const sinceConnect = (us: number | undefined) =>
    session && elapsedMs({ startUs: session.connectStartUs, usableUs: us }, lengthMs);
  const cpu = Object.entries(record.cpu).flatMap(([name, share]) => (ENDS.includes(name) ? [] : [share]));
  return {
    lengthMs,
    connectMs: hop && elapsedMs(hop, lengthMs),
    ttfbMs: sinceConnect(session?.firstByteUs),
    ttffMs: sinceConnect(session?.firstKeyFrameUs),
    delay: delayMetrics(record, { fromMs: 0 }),
    steady: delayMetrics(record, { fromMs: SETTLED_MS }),
    players: playersOf(record),
    cpuShare: cpu.length === 0 ? undefined : cpu.reduce((sum, share) => sum + share, 0),
  };
}

function playersOf({ session, frames, link }: RunRecord): RunMetrics['players'] {
  if (session === undefined || frames === undefined) return undefined;
  const entries = Player.playersFor(link.oneWayMs).map(
    (options) => [options.name, viewing(Player.play({ frames, session }, options))] as const,
  );
  return Object.fromEntries(entries) as Record<Player.PlayerName, PlayerMetrics>;
}

function elapsedMs({ startUs, usableUs }: Connect, lengthMs: number): number {
  return usableUs === undefined ? lengthMs : (usableUs - startUs) / 1e3;
}
