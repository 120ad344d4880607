/** Gathers what `longhaul probe` reports. Inputs: events with their times; output: `report`. No timer, no clock. */
import { MediaClassifier } from '@longhaul/flv';
import type { MediaTag } from '../media/source.js';
import { TimestampUnwrapper } from '../media/unwrap.js';
import { decodeStamp } from '../publish/stamp.js';
import { type Percentiles, percentiles } from './percentiles.js';
import { PlayerModel, type PlayerOptions, type PlayerReport } from './player-model.js';
import { StampMatcher } from './stamp-matcher.js';

/** Figures of one track. */
export interface TrackReport {
  readonly codec: string | undefined;
  /** Frames; headers and metadata are not counted. */
  readonly frames: number;
  readonly keyFrames: number;
  /** By their timestamps: a cached group that arrives at once is no higher rate. */
  readonly framesPerSecond: number;
  readonly kbitPerSecond: number;
  /** Longest time without a frame of this track, ms. */
  readonly longestGapMs: number;
  /** Frames with a timestamp below the one before. */
  readonly backwardSteps: number;
}

/** Everything measured. Times in ms since the probe began to connect; absent when it did not happen. */
export interface ProbeReport {
  readonly connectMs: number | undefined;
  /** The server accepted the request: response headers, WebSocket open, or RTMP play started. */
  readonly acceptMs: number | undefined;
  readonly firstByteMs: number | undefined;
  /** Last byte of the first key frame. */
  readonly firstKeyFrameMs: number | undefined;
  /** From the first media to the end. */
  readonly measuredMs: number;
  /** From the server, whatever they carried. */
  readonly bytes: number;
  /** Of all tracks. */
  readonly kbitPerSecond: number;
  readonly tracks: Readonly<Record<string, TrackReport>>;
  /** Capture to last byte here, ms; only when the source stamps its frames (`publish --stamp`), frames captured before the probe asked left out. */
  readonly delayMs: Percentiles | undefined;
  /** Stamps that never came. */
  readonly stampsMissing: number;
  /** How much later than the promptest frame each came, ms; frames of the opening burst left out. Works for any source. */
  readonly latenessMs: Percentiles | undefined;
  readonly player: PlayerReport & { readonly options: PlayerOptions };
}

interface Track {
  codec: string | undefined;
  frames: number;
  keyFrames: number;
  bytes: number;
  longestGapMs: number;
  backwardSteps: number;
  lastAtMs: number | undefined;
  firstTime: number | undefined;
  lastTime: number;
  readonly unwrapper: TimestampUnwrapper;
}

/** The cached group that a relay sends first arrives at once: its age is no lateness. */
const OPENING_BURST_MS = 500;

/** One probe. `startMs` is the monotonic and `startWallMs` the wall clock when the connect began. */
export class ProbeMeasure {
  readonly #startMs: number;
  readonly #classifier = new MediaClassifier();
  readonly #tracks = new Map<string, Track>();
  readonly #player: PlayerModel;
  readonly #playerOptions: PlayerOptions;
  readonly #stamps: StampMatcher;
  readonly #offsets: number[] = [];
  #connectMs: number | undefined;
  #acceptMs: number | undefined;
  #firstByteMs: number | undefined;
  #firstMediaMs: number | undefined;
  #firstKeyFrameMs: number | undefined;
  #bytes = 0;
  #hasVideo = false;

  constructor(options: {
    readonly startMs: number;
    readonly startWallMs: number;
    readonly player: PlayerOptions;
  }) {
    this.#startMs = options.startMs;
    this.#playerOptions = options.player;
    this.#player = new PlayerModel(options.player);
    this.#stamps = new StampMatcher(options.startWallMs);
  }

  /** Frames of audio or video so far. */
  get frames(): number {
    let frames = 0;
    for (const track of this.#tracks.values()) frames += track.frames;
    return frames;
  }

  connected(nowMs: number): void {
    this.#connectMs ??= nowMs - this.#startMs;
  }

  accepted(nowMs: number): void {
    this.#acceptMs ??= nowMs - this.#startMs;
  }

  received(bytes: number, nowMs: number): void {
    this.#firstByteMs ??= nowMs - this.#startMs;
    this.#bytes += bytes;
  }

  tag(tag: MediaTag, nowMs: number, wallMs: number): void {
    if (tag.type === 18) {
      const stamp = decodeStamp(tag.payload);
      if (stamp !== undefined) this.#stamps.stamp(stamp, tag.timestamp);
      return;
    }
    const { media, index, kind, codec } = this.#classifier.classify(tag);
    if (kind === 'init') return;
    const track = this.#track(`${media}${index}`);
    track.codec ??= codec;
    const atMs = nowMs - this.#startMs;
    this.#firstMediaMs ??= atMs;
    if (kind === 'key') this.#firstKeyFrameMs ??= atMs;
    const time = track.unwrapper.unwrap(tag.timestamp);
    count(track, { kind, bytes: tag.payload.length, time, atMs });
    if (index === 0) this.#stamps.frame(media === 'video' ? 'video' : 'audio', tag.timestamp, wallMs);
    this.#hasVideo ||= media === 'video';
    if (media !== (this.#hasVideo ? 'video' : 'audio') || index !== 0) return;
    this.#player.frame(time, atMs);
    if (atMs - this.#firstMediaMs >= OPENING_BURST_MS) this.#offsets.push(atMs - time);
  }

  report(nowMs: number): ProbeReport {
    const endMs = nowMs - this.#startMs;
    const measuredMs = this.#firstMediaMs === undefined ? 0 : endMs - this.#firstMediaMs;
    const tracks: Record<string, TrackReport> = {};
    for (const [name, track] of [...this.#tracks].sort(([a], [b]) => (a < b ? 1 : -1))) {
      tracks[name] = trackReport(track, endMs);
    }
    const promptest = this.#offsets.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
    return {
      connectMs: this.#connectMs,
      acceptMs: this.#acceptMs,
      firstByteMs: this.#firstByteMs,
      firstKeyFrameMs: this.#firstKeyFrameMs,
      measuredMs,
      bytes: this.#bytes,
      kbitPerSecond: Object.values(tracks).reduce((sum, track) => sum + track.kbitPerSecond, 0),
      tracks,
      delayMs: percentiles(this.#stamps.delays),
      stampsMissing: this.#stamps.missing,
      latenessMs: percentiles(this.#offsets.map((offset) => offset - promptest)),
      player: { ...this.#player.report(endMs), options: this.#playerOptions },
    };
  }

  #track(name: string): Track {
    let track = this.#tracks.get(name);
    if (track === undefined) {
      track = {
        codec: undefined,
        frames: 0,
        keyFrames: 0,
        bytes: 0,
        longestGapMs: 0,
        backwardSteps: 0,
        lastAtMs: undefined,
        firstTime: undefined,
        lastTime: 0,
        unwrapper: new TimestampUnwrapper(),
      };
      this.#tracks.set(name, track);
    }
    return track;
  }
}

function count(track: Track, frame: { kind: string; bytes: number; time: number; atMs: number }): void {
  track.frames++;
  if (frame.kind === 'key') track.keyFrames++;
  track.bytes += frame.bytes;
  if (track.lastAtMs !== undefined) {
    track.longestGapMs = Math.max(track.longestGapMs, frame.atMs - track.lastAtMs);
    if (frame.time < track.lastTime) track.backwardSteps++;
  }
  track.lastAtMs = frame.atMs;
  track.firstTime ??= frame.time;
  track.lastTime = frame.time;
}

function trackReport(track: Track, endMs: number): TrackReport {
  // A track that has fallen silent has its longest gap now.
  const silentMs = track.lastAtMs === undefined ? 0 : endMs - track.lastAtMs;
  const spanMs = meanSpanMs(track);
  return {
    codec: track.codec,
    frames: track.frames,
    keyFrames: track.keyFrames,
    framesPerSecond: spanMs > 0 ? (track.frames * 1000) / spanMs : 0,
    kbitPerSecond: spanMs > 0 ? (track.bytes * 8) / spanMs : 0,
    longestGapMs: Math.max(track.longestGapMs, silentMs),
    backwardSteps: track.backwardSteps,
  };
}

/** The media time that the track's frames fill, the last one taken to last as long as the others. */
function meanSpanMs({ frames, firstTime, lastTime }: Track): number {
  if (frames < 2 || firstTime === undefined) return 0;
  return ((lastTime - firstTime) * frames) / (frames - 1);
}
