/** Who makes the media of a run, and how its frames are known at the viewer. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hop, Site } from '../arms/arm.js';
import type { ReceiverOptions, SourceOptions } from '../media/index.js';
import * as Media from '../media/index.js';
import { Child } from './child.js';
import type { RunSpec } from './spec.js';

/** A run's parts that both ends need. */
export interface Stage {
  readonly site: Site;
  readonly hop: Hop;
  readonly spec: RunSpec;
  /** When the first frame is due, microseconds of the machine's clock. */
  /** Time zero of the emulated link. */
  readonly linkStartUs: number;
  readonly firstFrameUs: number;
  /** For how long media is made. */
  readonly durationS: number;
}

/** What makes media, running. */
export interface Origin {
  /** The run fails when it ends before its time. */
  readonly source: Child;
  /** Resolves when media flows; rejects when it does not. */
  readonly begun: Promise<unknown>;
  /** Ends it in good order. */
  stop(): Promise<void>;
}

/** One kind of media. */
export interface Ends {
  start(stage: Stage): Origin;
  /** What the viewer is told about the frames. */
  readonly viewer: Pick<ReceiverOptions, 'identify'>;
  /** After both ends have stopped. */
  join(site: Site): Promise<Media.JoinedRun>;
}

/** Nothing that ends may take longer than this. */
export const END_MS = 8_000;
/** From the spawn of a source to its word that it has begun. */
const BEGIN_MS = 10_000;

/** Files of a run. */
export function filesOf({ directory }: Site): { readonly sent: string; readonly received: string } {
  return { sent: join(directory, 'sent.json.gz'), received: join(directory, 'received.json.gz') };
}

/** A recorded encode with stamps in its frames. */
export const STAMPED: Ends = {
  start({ site, hop, spec, linkStartUs, firstFrameUs, durationS }) {
    const options: SourceOptions = {
      url: hop.publishUrl,
      shape: spec.shape,
      seed: spec.seed,
      durationS,
      startUs: firstFrameUs,
      // Not before the link is as bad as it will be: what a relay does for a broadcast that is announced, it does over that.
      connectAtUs: linkStartUs,
      record: filesOf(site).sent,
    };
    const source = spawnNode(site, 'source', [Media.SOURCE_PROCESS, JSON.stringify(options)]);
    const begun = source.event('started', BEGIN_MS);
    return { source, begun, stop: async () => void (await source.stop('SIGTERM', END_MS)) };
  },
  viewer: {},
  async join(site) {
    const files = filesOf(site);
    const [sent, received] = await Promise.all([
      Media.readSent(files.sent).catch(() => undefined),
      Media.readReceived(files.received).catch(() => undefined),
    ]);
    return Media.joinRun({ sent, received });
  },
};

/** ffmpeg encodes while the run lasts. A viewer beside the edge says when each frame was there: a frame's delay is the hop's alone. */
export const ENCODED: Ends = {
  start({ site, hop, spec, durationS }) {
    const options: ReceiverOptions = {
      url: hop.publishUrl,
      seed: 0,
      identify: 'content',
      record: filesOf(site).sent,
    };
    const observer = spawnNode(site, 'observer', [Media.RECEIVER_PROCESS, JSON.stringify(options)]);
    const encode = { url: hop.publishUrl, shape: spec.shape, durationS };
    const source = new Child(site.sender, {
      name: 'ffmpeg',
      command: 'ffmpeg',
      args: Media.ffmpegArguments(encode),
    });
    site.cleanup.defer('ffmpeg', async () => void (await source.stop('SIGTERM', 1_000)));
    const stop = async () => {
      await source.stop('SIGTERM', END_MS);
      await sleep(DRAIN_MS);
      await observer.stop('SIGTERM', END_MS);
    };
    return { source, begun: observer.event('playing', BEGIN_MS), stop };
  },
  viewer: { identify: 'content' },
  async join(site) {
    const files = filesOf(site);
    const [atSender, atReceiver] = await Promise.all([
      Media.readReceived(files.sent).catch(() => undefined),
      Media.readReceived(files.received).catch(() => undefined),
    ]);
    return Media.joinObserved({ atSender, atReceiver });
  },
};

/** A node program of ours at the sender; it ends with the run. */
function spawnNode(site: Site, name: string, args: readonly string[]): Child {
  const child = new Child(site.sender, { name, command: process.execPath, args });
  site.cleanup.defer(`the ${name}`, async () => void (await child.stop('SIGTERM', 1_000)));
  return child;
}

/** The edge hands its last frames to the viewer beside it. */
const DRAIN_MS = 100;
