/** Scenario `live`: one broadcast from RTMP at the sender to one viewer at the receiver. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Arm, Hop, Site } from '../arms/arm.js';
import { ARMS } from '../arms/index.js';
import * as Media from '../media/index.js';
import type { FrameColumns } from '../records/index.js';
import { Child } from './child.js';
import type { Link } from './link.js';
import { nowUs, ProcessMeter } from './proc.js';
import { startSampler } from './sampler.js';
import type { Scenario, ScenarioResult } from './scenario.js';
import type { RunSpec } from './spec.js';

/** From the spawn of the source to its first frame: its process has to start and to be accepted. */
const LEAD_MS = 1_500;
/** The link's time zero lies this long before the first frame. */
const LINK_LEAD_MS = 200;
/** The viewer's process has to start before it can connect. */
const VIEWER_LEAD_MS = 600;
/** The source goes on for this long after the last frame that counts: a late one has at least as long to arrive. */
const GUARD_S = 3;
/** The viewer stays this much longer than the source. */
const VIEWER_TAIL_S = 1;
/** Nothing that ends may take longer than this. */
const END_MS = 8_000;

/**
 * Runs it. All arms of a block have the same times: the link's time zero, then the first frame, then, after the warm-up
 * and a part of a group that the seed chooses, the viewer. Rejects when a process fails.
 */
async function runLive(name: string, site: Site, link: Link, spec: RunSpec): Promise<ScenarioResult> {
  const arm = ARMS.find((each) => each.name === name) as Arm;
  const hop = await arm.open(site);
  const times = plan(spec, nowUs());
  const files = {
    sent: join(site.directory, 'sent.json.gz'),
    received: join(site.directory, 'received.json.gz'),
  };
  const source = startSource(site, hop, spec, times, files.sent);
  await until(times.linkStartUs);
  const { startUs: linkStartUs } = await link.start();
  const sampler = startSampler(site, hop.figures);
  await source.event('started', LEAD_MS + END_MS);
  await until(times.viewerUs - VIEWER_LEAD_MS * 1000);
  const viewer = startViewer(site, hop, spec, times, files.received);
  const meter = new ProcessMeter();
  await until(times.viewerUs);
  meter.begin([
    ...hop.processes,
    { name: 'source', pid: source.pid ?? 0 },
    { name: 'viewer', pid: viewer.pid ?? 0 },
  ]);
  try {
    await lasts(spec, source, hop, viewer);
  } finally {
    meter.end();
  }
  await viewer.stop('SIGTERM', END_MS);
  const hopSeries = await sampler.stop();
  await source.stop('SIGTERM', END_MS);
  const [sent, received] = await Promise.all([
    Media.readSent(files.sent).catch(() => undefined),
    Media.readReceived(files.received).catch(() => undefined),
  ]);
  const { session, frames, invalid } = Media.joinRun({ sent, received });
  return {
    ...(session !== undefined && { session }),
    ...(frames !== undefined && { frames: upTo(frames, times.viewerUs + spec.durationS * 1e6) }),
    series: [...(hopSeries === undefined ? [] : [hopSeries]), meter.series()],
    cpu: meter.shares(),
    invalid,
    hop: hop.connect,
    settings: {
      ...hop.settings,
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
  run: runLive,
};

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

function startSource(site: Site, hop: Hop, spec: RunSpec, times: Times, record: string): Child {
  const warmUpS = (times.viewerUs - times.firstFrameUs) / 1e6;
  const task = {
    url: hop.publishUrl,
    shape: spec.shape,
    seed: spec.seed,
    durationS: warmUpS + spec.durationS + GUARD_S,
    startUs: times.firstFrameUs,
    record,
  };
  return spawnNode(site, 'source', [Media.SOURCE_PROCESS, JSON.stringify(task)]);
}

function startViewer(site: Site, hop: Hop, spec: RunSpec, times: Times, record: string): Child {
  const durationS = spec.durationS + GUARD_S + VIEWER_TAIL_S;
  const task = { url: hop.playUrl, durationS, seed: spec.seed, record, connectAtUs: times.viewerUs };
  return spawnNode(site, 'viewer', [Media.RECEIVER_PROCESS, JSON.stringify(task)]);
}

function spawnNode(site: Site, name: 'source' | 'viewer', args: readonly string[]): Child {
  const host = name === 'source' ? site.sender : site.receiver;
  const child = new Child(host, { name, command: process.execPath, args });
  site.cleanup.defer(`the ${name}`, async () => void (await child.stop('SIGTERM', 1_000)));
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

/** Waits for a time of the machine's clock. */
export async function until(timeUs: number): Promise<void> {
  const waitMs = (timeUs - nowUs()) / 1000;
  if (waitMs > 0) await sleep(waitMs);
}
