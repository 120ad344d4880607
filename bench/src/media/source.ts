/** Plays a recorded encode to an RTMP server in real time, as an encoder would. */
import {
  CliError,
  type Percentiles,
  parsePublishUrl,
  percentiles,
  RtmpClient,
  type RtmpUrl,
} from '@longhaul/cli';
import type { FlvTag } from '@longhaul/flv';
import { KINDS, type SentColumns, TRACKS } from '../records/index.js';
import * as Broadcast from './broadcast.js';
import { nowUs, until } from './clock.js';
import { type LoopLag, watchLoopLag } from './loop-lag.js';
import { DEFAULT_SHAPE } from './shapes.js';

/** What a source process is given, as JSON. */
export interface SourceOptions {
  /** `rtmp://HOST:PORT/APP/STREAM` */
  readonly url: string;
  readonly shape?: string;
  readonly seed: number;
  readonly durationS: number;
  /** Default true. */
  readonly audio?: boolean;
  /** When the first frame is due; at once when it is past or missing. */
  readonly startUs?: number;
  /** The process connects at this time and not before: a relay may make use of a broadcast that it knows of. */
  readonly connectAtUs?: number;
  /** File for the record. */
  readonly record?: string;
}

/** What was sent. */
export interface SentRecord {
  readonly version: 1;
  readonly options: Required<Omit<SourceOptions, 'startUs' | 'connectAtUs' | 'record'>>;
  /** When the first frame was due. */
  readonly startUs: number;
  /** `complete`, `signal`, or why it broke. */
  readonly reason: string;
  readonly frames: SentColumns;
  /** How late frames left, microseconds. */
  readonly lateUs: Percentiles | undefined;
  /** Most that ever waited for the socket. */
  readonly mostQueuedBytes: number;
  readonly loopLagUs: LoopLag;
}

/** What happens on the way. */
export interface SourceHooks {
  /** The server has accepted and the first frame is due at `startUs`. */
  readonly onStart: (startUs: number) => void;
  /** Ends the broadcast in good order. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when everything is sent, `signal` aborts or the server goes away; the record says which. Rejects with
 * `LH_CLI_USAGE` for options that cannot be, and with the `CliError` of a server that refuses.
 */
export async function play(options: SourceOptions, hooks: SourceHooks): Promise<SentRecord> {
  const { shape = DEFAULT_SHAPE, seed, durationS, audio = true } = options;
  const settled = { url: options.url, shape, seed, durationS, audio };
  const url = parsePublishUrl(options.url);
  // Everything that takes time is done before the first frame.
  const planned = [...Broadcast.plannedFrames(settled)];
  for (const frame of planned.slice(0, WARM_UP_FRAMES)) Broadcast.tagOf(frame, { seed, captureUs: 0 });
  await until(options.connectAtUs ?? 0, hooks.signal);
  const lag = watchLoopLag();
  const connection = await Connection.open(url);
  for (const tag of Broadcast.headerTags(settled)) connection.client.send(tag);
  const startUs = Math.max(options.startUs ?? 0, nowUs() + HEADSTART_US);
  hooks.onStart(startUs);
  const sent = new SentFrames();
  const reason = await send({ planned, seed, startUs, connection, sent, signal: hooks.signal });
  await connection.client.leave();
  return {
    version: 1,
    options: { ...settled, url: url.href },
    startUs,
    reason,
    frames: sent.columns,
    lateUs: percentiles(sent.columns.lateUs),
    mostQueuedBytes: sent.mostQueuedBytes,
    loopLagUs: lag(),
  };
}

interface Sending {
  readonly planned: readonly Broadcast.PlannedFrame[];
  readonly seed: number;
  readonly startUs: number;
  readonly connection: Connection;
  readonly sent: SentFrames;
  readonly signal: AbortSignal;
}

/** Sends each frame when it is due, never before, and makes the next one while it waits. A late timer sends what is due at once. */
function send({ planned, seed, startUs, connection, sent, signal }: Sending): Promise<string> {
  let next = 0;
  let ready: FlvTag | undefined;
  return new Promise((resolve) => {
    const turn = () => {
      for (;;) {
        if (signal.aborted) return resolve('signal');
        if (connection.broken !== undefined) return resolve(connection.broken);
        const frame = planned[next];
        if (frame === undefined) return resolve('complete');
        const captureUs = startUs + frame.dueUs;
        ready ??= Broadcast.tagOf(frame, { seed, captureUs });
        const leftUs = captureUs - nowUs();
        if (leftUs > 0) return void setTimeout(turn, Math.ceil(leftUs / 1e3));
        const tag = ready;
        ready = undefined;
        sent.add(frame, captureUs, nowUs() - captureUs);
        connection.client.send(tag);
        sent.mostQueuedBytes = Math.max(sent.mostQueuedBytes, connection.client.bytesQueued);
        next++;
      }
    };
    turn();
  });
}

/** What was sent, by column. */
class SentFrames {
  mostQueuedBytes = 0;
  readonly columns = {
    sequence: [] as number[],
    track: [] as number[],
    kind: [] as number[],
    ptsMs: [] as number[],
    bytes: [] as number[],
    captureUs: [] as number[],
    lateUs: [] as number[],
  };

  add(
    { sequence, track, kind, ptsMs, bytes }: Broadcast.PlannedFrame,
    captureUs: number,
    lateUs: number,
  ): void {
    this.columns.sequence.push(sequence);
    this.columns.track.push(TRACKS.indexOf(track));
    this.columns.kind.push(KINDS.indexOf(kind));
    this.columns.ptsMs.push(ptsMs);
    this.columns.bytes.push(bytes);
    this.columns.captureUs.push(captureUs);
    this.columns.lateUs.push(lateUs);
  }
}

/** An accepted publish. */
class Connection {
  readonly client: RtmpClient;
  /** Why nothing more can be sent. */
  broken: string | undefined;

  private constructor(url: RtmpUrl, settle: { ready(): void; failed(error: Error): void }) {
    this.client = new RtmpClient(url, 'publish', {
      onReady: () => settle.ready(),
      onEnd: (error) => {
        const reason = error ?? new CliError('LH_CLI_CLOSED', 'the server ended the broadcast');
        this.broken = reason.message;
        settle.failed(reason);
      },
    });
  }

  static open(url: RtmpUrl): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const connection: Connection = new Connection(url, {
        ready: () => resolve(connection),
        failed: reject,
      });
    });
  }
}

/** Made and thrown away, so that the code is compiled when the first is due. */
const WARM_UP_FRAMES = 150;
/** From the server's yes to the first frame. */
const HEADSTART_US = 20_000;
