/** The measurement: a broadcast through edge and center beside the same one over plain TCP, then fresh viewers of both. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  monotonicMs,
  openSource,
  type Percentiles,
  parseMediaUrl,
  parsePublishUrl,
  percentiles,
  RtmpClient,
} from '@longhaul/cli';
import type { FlvTag } from '@longhaul/flv';
import { type ArmReport, ArmTimes } from './arm.js';
import { DirectServer, DirectViewer } from './direct-arm.js';
import type { RelayPair } from './relay-pair.js';
import { sendInRealTime } from './sender.js';
import { type BroadcastShape, headerTags, isKeyFrame, type ScheduledTag } from './test-broadcast.js';

/** What to measure. */
export interface DelayOptions {
  readonly pair: RelayPair;
  readonly shape: BroadcastShape;
  readonly durationMs: number;
  /** Fresh viewers, one after another, of each arm. */
  readonly connects: number;
  /** Phase and share done of it, for a progress line. */
  readonly onProgress: (phase: 'frames' | 'connects', share: number) => void;
}

/** Both arms. */
export interface DelayReport {
  /** Through RTMP, the edge, QUIC, the center and HTTP-FLV. */
  readonly relay: ArmReport;
  /** Over one TCP socket through nothing. */
  readonly direct: ArmReport;
  /** From connect to the last byte of the key frame, ms. */
  readonly relayConnectMs: Percentiles | undefined;
  readonly directConnectMs: Percentiles | undefined;
}

/** Frames of the first moments warm caches and compilers up and are not counted. */
const WARM_UP_MS = 2_000;
const SETTLE_MS = 500;
/** On a busy machine they take longer; what has not come by then is lost. */
const LAST_FRAMES_MS = 10_000;
const LOOK_MS = 50;
const CONNECT_TIMEOUT_MS = 5_000;
/** Between two viewers, so that they come at every phase of a group. */
const CONNECT_PAUSE_MS = 37;

/** Runs both arms at the same time, so that both see the same machine. Rejects when a relay or the broadcast ends. */
export async function measureDelay(options: DelayOptions): Promise<DelayReport> {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, options.pair.died]);
  const direct = await DirectServer.listen(headerTags());
  const publisher = await openPublisher(`rtmp://${options.pair.edge.rtmp}/live/bench`);
  const arms: { current: Arms | undefined } = { current: undefined };
  for (const tag of headerTags()) publisher.client.send(tag);
  const send = (tag: ScheduledTag) => {
    arms.current?.relay.sent(tag.sequence);
    publisher.client.send(tag);
    arms.current?.direct.sent(tag.sequence);
    direct.send(tag);
  };
  const sending = sendInRealTime(options.shape, send, signal);
  try {
    const frames = await measureFrames(
      options,
      direct.port,
      arms,
      AbortSignal.any([signal, publisher.ended]),
    );
    const connects = await measureConnects(options, direct.port, signal);
    return { ...frames, ...connects };
  } finally {
    stop.abort();
    await sending;
    await publisher.client.leave();
    direct.close();
  }
}

interface Arms {
  readonly relay: ArmTimes;
  readonly direct: ArmTimes;
}

async function measureFrames(
  { pair, durationMs, onProgress }: DelayOptions,
  directPort: number,
  arms: { current: Arms | undefined },
  signal: AbortSignal,
): Promise<{ relay: ArmReport; direct: ArmReport }> {
  const measured = { relay: new ArmTimes(), direct: new ArmTimes() };
  const failed = new AbortController();
  const source = openSource(parseMediaUrl(centerUrl(pair)), {
    onTag: (tag) => measured.relay.received(tag),
    onEnd: (error) => failed.abort(error ?? new Error('the stream at the center ended')),
  });
  const viewer = new DirectViewer(directPort, (tag) => measured.direct.received(tag));
  const any = AbortSignal.any([signal, failed.signal]);
  try {
    await pass(WARM_UP_MS, any);
    arms.current = measured;
    for (let elapsedMs = 0; elapsedMs < durationMs; elapsedMs += PROGRESS_STEP_MS) {
      await pass(Math.min(PROGRESS_STEP_MS, durationMs - elapsedMs), any);
      onProgress('frames', Math.min(1, (elapsedMs + PROGRESS_STEP_MS) / durationMs));
    }
    arms.current = undefined;
    // The last frames are still on their way.
    await pass(SETTLE_MS, any);
    const untilMs = monotonicMs() + LAST_FRAMES_MS;
    while (Object.values(measured).some((arm) => arm.report().lost > 0) && monotonicMs() < untilMs)
      await pass(LOOK_MS, any);
    return { relay: measured.relay.report(), direct: measured.direct.report() };
  } finally {
    source.close();
    viewer.close();
  }
}

async function measureConnects(
  { pair, connects, onProgress }: DelayOptions,
  directPort: number,
  signal: AbortSignal,
): Promise<Pick<DelayReport, 'relayConnectMs' | 'directConnectMs'>> {
  const [relay, direct]: [number[], number[]] = [[], []];
  for (let at = 0; at < connects; at++) {
    relay.push(await timeToKeyFrame((onTag) => openRelayViewer(pair, onTag)));
    await pass(CONNECT_PAUSE_MS, signal);
    direct.push(await timeToKeyFrame((onTag) => new DirectViewer(directPort, onTag)));
    await pass(CONNECT_PAUSE_MS, signal);
    onProgress('connects', (at + 1) / connects);
  }
  return { relayConnectMs: percentiles(relay), directConnectMs: percentiles(direct) };
}

/** A viewer that never gets a key frame counts with the whole time-out. */
function timeToKeyFrame(open: (onTag: (tag: FlvTag) => void) => { close(): void }): Promise<number> {
  return new Promise((resolve) => {
    const startMs = monotonicMs();
    const done = () => {
      clearTimeout(timer);
      viewer.close();
      resolve(monotonicMs() - startMs);
    };
    const timer = setTimeout(done, CONNECT_TIMEOUT_MS);
    const viewer = open((tag) => {
      if (isKeyFrame(tag)) done();
    });
  });
}

function openRelayViewer(pair: RelayPair, onTag: (tag: FlvTag) => void): { close(): void } {
  return openSource(parseMediaUrl(centerUrl(pair)), { onTag, onEnd: () => {} });
}

function centerUrl(pair: RelayPair): string {
  return `http://${pair.center.http}/live/bench.flv`;
}

function openPublisher(url: string): Promise<{ client: RtmpClient; ended: AbortSignal }> {
  const ended = new AbortController();
  return new Promise((resolve, reject) => {
    const client = new RtmpClient(parsePublishUrl(url), 'publish', {
      onReady: () => resolve({ client, ended: ended.signal }),
      onEnd: (error) => {
        const reason = error ?? new Error('the edge ended the broadcast');
        ended.abort(reason);
        reject(reason);
      },
    });
  });
}

/** Waits; rejects with the reason of `signal` when it aborts. */
async function pass(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

const PROGRESS_STEP_MS = 1_000;
