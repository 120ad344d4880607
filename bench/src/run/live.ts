/** Scenarios `live` and `ffmpeg`: one broadcast from RTMP at the sender to one viewer at the receiver. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Arm, Hop, Site } from '../arms/arm.js';
import { ARMS } from '../arms/index.js';
import * as Media from '../media/index.js';
import type { FrameColumns } from '../records/index.js';
import { Child } from './child.js';
import { ENCODED, END_MS, type Ends, filesOf, type Origin, STAMPED } from './ends.js';
import { nowUs, ProcessMeter } from './proc.js';
import { type Sampled, startSampler } from './sampler.js';
import type { Scenario, ScenarioResult } from './scenario.js';
import type { RunSpec } from './spec.js';

/** From the spawn of the source to its first frame: its process has to start and to be accepted. */
const LEAD_MS = 2_500;
/** The link's time zero lies this long before the first frame. */
const LINK_LEAD_MS = 200;
/** The viewer's process has to start before it can connect. */
const VIEWER_LEAD_MS = 4_000;
/** What starts has a lower priority until so long before it is needed. */
const RAISE_MS = 300;
/** A viewer or a link that comes later than this meets other frames than those of the other arms. */
const MOST_LATE_MS = 20;
/** The source goes on for this long after the last frame that counts: a late one has at least as long to arrive. */
const GUARD_S = 3;
/** The viewer stays this much longer than the source. */
const VIEWER_TAIL_S = 1;

/**
 * Runs it. All arms of a block have the same times: the link's time zero, then the first frame, then, after the warm-up
 * and a part of a group that the seed chooses, the viewer. Rejects when a process fails.
 */
async function runBroadcast(
  ends: Ends,
  ...[name, site, link, spec]: Parameters<Scenario['run']>
): Promise<ScenarioResult> {
  const arm = ARMS.find((each) => each.name === name) as Arm;
  const hop = await arm.open(site);
  const times = plan(spec, nowUs());
  const origin = startOrigin(ends, { site, hop, spec, times });
  await Media.until(times.linkStartUs - RAISE_MS * 1000);
  site.raise([...hop.processes.map(({ pid }) => pid), origin.source.pid ?? 0]);
  const { startUs: linkStartUs } = await link.start(times.linkStartUs);
  const sampler = startSampler(site, hop.figures);
  await origin.begun;
  await Media.until(times.viewerUs - VIEWER_LEAD_MS * 1000);
  const viewer = startViewer(ends, { site, hop, spec, times });
  const meter = new ProcessMeter();
  await Media.until(times.viewerUs - RAISE_MS * 1000);
  site.raise([viewer.pid ?? 0]);
  await Media.until(times.viewerUs);
  meter.begin([
    ...hop.processes,
    { name: 'source', pid: origin.source.pid ?? 0 },
    { name: 'viewer', pid: viewer.pid ?? 0 },
  ]);
  try {
    await lasts(spec, origin.source, hop, viewer);
  } finally {
    meter.end();
  }
  await viewer.stop('SIGTERM', END_MS);
  const sampled = await sampler.stop();
  await origin.stop();
  const { session, frames, invalid } = await ends.join(site);
  return {
    ...(session !== undefined && { session }),
    ...(frames !== undefined && { frames: upTo(frames, times.viewerUs + spec.durationS * 1e6) }),
    series: [...(sampled === undefined ? [] : [sampled.series]), meter.series()],
    cpu: meter.shares(),
    invalid: [
      ...invalid,
      ...otherCongestion(hop.settings, sampled),
      ...lateness(times, { linkStartUs, viewerUs: session?.connectStartUs }),
    ],
    hop: hop.connect,
    settings: {
      ...hop.settings,
      ...(sampled?.congestion !== undefined && { inForce: { congestion: sampled.congestion } }),
      times: relative(times),
      shape: spec.shape,
      warmUpS: spec.warmUpS,
      guardS: GUARD_S,
    },
    linkStartUs,
  };
}

/** See the head of the file. */
export const LIVE: Scenario = {
  name: 'live',
  describe: 'one broadcast shaped like a real encode, from RTMP at the sender to one viewer at the receiver',
  contestants: ARMS,
  run: (...run) => runBroadcast(STAMPED, ...run),
};

/** The same with ffmpeg encoding at the sender. It begins when it can: viewers do not meet the same phase of a group in all arms. */
export const FFMPEG: Scenario = {
  name: 'ffmpeg',
  describe: 'the same with ffmpeg encoding while it lasts; delay is that of the hop',
  alone: true,
  contestants: ARMS,
  run: (...run) => runBroadcast(ENCODED, ...run),
};

/** An arm whose sockets or engine had another algorithm than it is named after is another arm. */
export function otherCongestion(
  settings: Hop['settings'],
  sampled: Pick<Sampled, 'congestion'> | undefined,
): string[] {
  const link = settings.edgeLink as
    | { readonly tcp?: { congestion?: unknown }; readonly congestion?: { algorithm?: unknown } }
    | undefined;
  const asked = link?.tcp?.congestion ?? link?.congestion?.algorithm;
  const found = sampled?.congestion;
  const isOther = typeof asked === 'string' && found !== undefined && asked !== found;
  return isOther ? [`the hop had ${found} in force, not ${asked}`] : [];
}

/** When things happen, microseconds of the machine's clock. */
interface Times {
  readonly linkStartUs: number;
  readonly firstFrameUs: number;
  readonly viewerUs: number;
}

/** Viewers come at every phase of a group: the golden ratio spreads the seeds evenly over it. */
export function phaseOf(seed: number): number {
  return (seed * 0.618_033_988_749_895) % 1;
}

function plan(spec: RunSpec, atUs: number): Times {
  const firstFrameUs = atUs + LEAD_MS * 1000;
  const groupS = Media.groupSeconds(spec.shape);
  const warmUpUs = Math.round((spec.warmUpS + phaseOf(spec.seed) * groupS) * 1e6);
  return { linkStartUs: firstFrameUs - LINK_LEAD_MS * 1000, firstFrameUs, viewerUs: firstFrameUs + warmUpUs };
}

function relative({ linkStartUs, firstFrameUs, viewerUs }: Times): Record<string, number> {
  return {
    firstFrameAfterLinkMs: (firstFrameUs - linkStartUs) / 1000,
    viewerAfterFirstFrameMs: (viewerUs - firstFrameUs) / 1000,
  };
}

/** What was not there when it was due. */
function lateness(
  due: Times,
  came: { readonly linkStartUs: number; readonly viewerUs: number | undefined },
): string[] {
  const late = (name: string, dueUs: number, cameUs = dueUs) => {
    const ms = (cameUs - dueUs) / 1000;
    return ms > MOST_LATE_MS ? [`the ${name} was late by ${ms.toFixed(1)} ms`] : [];
  };
  return [...late('link', due.linkStartUs, came.linkStartUs), ...late('viewer', due.viewerUs, came.viewerUs)];
}

interface Cast {
  readonly site: Site;
  readonly hop: Hop;
  readonly spec: RunSpec;
  readonly times: Times;
}

function startOrigin(ends: Ends, { site, hop, spec, times }: Cast): Origin {
  const { linkStartUs, firstFrameUs, viewerUs } = times;
  const durationS = (viewerUs - firstFrameUs) / 1e6 + spec.durationS + GUARD_S;
  const origin = ends.start({ site, hop, spec, linkStartUs, firstFrameUs, durationS });
  // Awaited later; a source that fails before is told then.
  origin.begun.catch(() => {});
  return origin;
}

function startViewer(ends: Ends, { site, hop, spec, times }: Cast): Child {
  const durationS = spec.durationS + GUARD_S + VIEWER_TAIL_S;
  const record = filesOf(site).received;
  const watch = { url: hop.playUrl, durationS, seed: spec.seed, record, connectAtUs: times.viewerUs };
  const args = [Media.RECEIVER_PROCESS, JSON.stringify({ ...watch, ...ends.viewer })];
  const child = new Child(site.receiver, { name: 'viewer', command: process.execPath, args });
  site.cleanup.defer('the viewer', async () => void (await child.stop('SIGTERM', 1_000)));
  return child;
}

/** Resolves when the viewer has ended or should have; rejects when the source breaks or a process of the arm is gone before. */
async function lasts(spec: RunSpec, source: Child, hop: Hop, viewer: Child): Promise<void> {
  const over = new AbortController();
  const broken = new Promise<never>((_resolve, reject) => {
    void source.ended.then(({ code }) => code !== 0 && reject(source.endedError()));
    const fail = () => reject(hop.died.reason as Error);
    if (hop.died.aborted) fail();
    hop.died.addEventListener('abort', fail, { once: true, signal: over.signal });
  });
  const wholeMs = (spec.durationS + GUARD_S + VIEWER_TAIL_S) * 1000;
  const late = sleep(wholeMs + END_MS, undefined, { signal: over.signal }).catch(() => {});
  try {
    await Promise.race([broken, viewer.ended, late]);
  } finally {
    over.abort();
  }
}

/** Frames captured up to `endUs`: those after it had no full time to arrive. */
export function upTo(frames: FrameColumns, endUs: number): FrameColumns {
  const kept = frames.captureUs.findIndex((captureUs) => captureUs > endUs);
  if (kept < 0) return frames;
  const cut = Object.entries(frames).map(([name, column]) => [name, column.slice(0, kept)]);
  return Object.fromEntries(cut) as unknown as FrameColumns;
}
