/** Drives mpegts.js on one video element: opens, follows the live edge, tries again after a failure. No markup here. */
import Mpegts from 'mpegts.js';
import { advance, type Playback, type PlaybackEvent } from './playback.js';

/** What to play. A new value with another `url` starts anew; the same `url` is taken up again after an end or an error. */
export interface PlayerSource {
  readonly url: string;
  /** False: nothing is opened, what plays goes on until the relay ends it. */
  readonly live: boolean;
  /** Told to the demuxer: an FLV header announces audio and video before the relay knows whether both will come. */
  readonly hasAudio: boolean;
  readonly hasVideo: boolean;
}

/** How playback does, for the figures below the picture. */
export interface PlayerFigures {
  readonly decodedFrames: number;
  readonly droppedFrames: number;
  /** Media between the picture and the newest byte in the browser. */
  readonly bufferedMs: number;
  readonly width: number;
  readonly height: number;
}

const liveEdge: Mpegts.Config = {
  // Bytes go to the decoder as they come: the relay bursts from a key frame and then sends frame by frame.
  enableStashBuffer: false,
  lazyLoad: false,
  deferLoadAfterSourceOpen: false,
  // Speed up gently when a little behind, jump when far behind.
  liveSync: true,
  liveSyncMaxLatency: 1.0, // s
  liveSyncTargetLatency: 0.5, // s
  liveSyncPlaybackRate: 1.1,
  liveBufferLatencyChasing: true,
  liveBufferLatencyMaxLatency: 4.0, // s
  liveBufferLatencyMinRemain: 0.6, // s
  autoCleanupSourceBuffer: true,
  autoCleanupMaxBackwardDuration: 60, // s
  autoCleanupMinBackwardDuration: 30, // s
};

/** What went wrong, as mpegts.js names it, in words. */
function describeError(type: string, detail: string, info: unknown): string {
  const status = (info as { code?: number } | undefined)?.code;
  if (detail === 'HttpStatusCodeInvalid') {
    return status === 404 ? 'the relay has no such broadcast' : `the relay answered ${status}`;
  }
  if (type === 'NetworkError') return 'the connection to the relay broke';
  if (detail === 'CodecUnsupported') return 'this browser cannot decode the codec of the broadcast';
  return `the player failed (${detail})`;
}

/** Plays one source at a time on `video` and reports each change of state. */
export class Player {
  readonly #video: HTMLVideoElement;
  readonly #onChange: (playback: Playback) => void;
  #engine: Mpegts.Player | undefined;
  #source: PlayerSource | undefined;
  #playback: Playback = { state: 'no-broadcast' };
  #decodedBefore = 0;
  #decodedOfEngine = 0;

  constructor(video: HTMLVideoElement, onChange: (playback: Playback) => void) {
    this.#video = video;
    this.#onChange = onChange;
    video.addEventListener('timeupdate', this.#onProgress);
    video.addEventListener('waiting', this.#onWaiting);
    Mpegts.LoggingControl.applyConfig({ enableVerbose: false, enableDebug: false, enableInfo: false });
    if (!Mpegts.getFeatureList().mseLivePlayback) this.#apply({ type: 'refused' });
  }

  /** Says what to play; cheap to call with the same again. */
  show(source: PlayerSource | undefined): void {
    const changed = source?.url !== this.#source?.url;
    this.#source = source;
    if (this.#playback.state === 'unsupported') return;
    if (changed) {
      this.#close();
      if (source?.live !== true) this.#apply({ type: 'closed' });
    }
    // After an error the next try waits for its time.
    const mayOpen = changed || this.#playback.state !== 'error';
    if (source?.live === true && this.#engine === undefined && mayOpen) this.#open(source);
  }

  /** Tries again when it is time to. Call a few times a second. */
  tick(nowMs: number): void {
    if (this.#playback.state !== 'error' || nowMs < this.#playback.retryAtMs || this.#source === undefined)
      return;
    if (this.#source.live) this.#open(this.#source);
    else this.#apply({ type: 'finished' });
  }

  /** What the decoder counted since this object was made, and where it is now. */
  figures(): PlayerFigures {
    const quality = this.#video.getVideoPlaybackQuality();
    const { buffered, currentTime } = this.#video;
    const end = buffered.length === 0 ? currentTime : buffered.end(buffered.length - 1);
    // The element starts to count anew with each source.
    if (quality.totalVideoFrames < this.#decodedOfEngine) this.#decodedBefore += this.#decodedOfEngine;
    this.#decodedOfEngine = quality.totalVideoFrames;
    return {
      decodedFrames: this.#decodedBefore + this.#decodedOfEngine,
      droppedFrames: quality.droppedVideoFrames,
      bufferedMs: Math.max(0, end - currentTime) * 1_000,
      width: this.#video.videoWidth,
      height: this.#video.videoHeight,
    };
  }

  /** Idempotent. */
  destroy(): void {
    this.#video.removeEventListener('timeupdate', this.#onProgress);
    this.#video.removeEventListener('waiting', this.#onWaiting);
    this.#close();
  }

  #open(source: PlayerSource): void {
    this.#close();
    this.#apply({ type: 'opened' });
    const { hasAudio, hasVideo } = source;
    const url = new URL(source.url, location.href).href;
    const engine = Mpegts.createPlayer({ type: 'flv', isLive: true, url, hasAudio, hasVideo }, liveEdge);
    this.#engine = engine;
    engine.on(Mpegts.Events.ERROR, (type: string, detail: string, info: unknown) => {
      if (this.#engine === engine) this.#fail(describeError(type, detail, info));
    });
    engine.on(Mpegts.Events.LOADING_COMPLETE, () => {
      if (this.#engine === engine) this.#finish();
    });
    engine.attachMediaElement(this.#video);
    engine.load();
    // A refusal to play by itself is the viewer's setting: the element's own controls start it.
    Promise.resolve(engine.play()).catch(() => undefined);
  }

  /** The response ended: what is buffered may play out, a new source comes with the figures. */
  #finish(): void {
    this.#apply({ type: 'finished' });
    // Called from inside the engine: it must not be destroyed under its own feet.
    setTimeout(() => this.#playback.state === 'ended' && this.#close());
  }

  #fail(message: string): void {
    this.#apply({ type: 'failed', message, nowMs: performance.now(), jitter: Math.random() });
    setTimeout(() => this.#playback.state === 'error' && this.#close());
  }

  #close(): void {
    const engine = this.#engine;
    this.#engine = undefined;
    engine?.destroy();
  }

  readonly #onProgress = () => {
    if (this.#engine !== undefined && this.#video.currentTime > 0 && this.#playback.state !== 'ended') {
      this.#apply({ type: 'progressed' });
    }
  };

  readonly #onWaiting = () => this.#apply({ type: 'waited' });

  #apply(event: PlaybackEvent): void {
    const next = advance(this.#playback, event);
    if (next === this.#playback) return;
    this.#playback = next;
    this.#onChange(next);
  }
}
