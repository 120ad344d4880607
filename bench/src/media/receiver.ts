/** Watches a stamped broadcast and notes when each frame was there. */
import { type MediaSource, type MediaTag, openSource, parseMediaUrl, type SourceEvents } from '@longhaul/cli';
import { MediaClassifier } from '@longhaul/flv';
import { KINDS, type ReceivedColumns, type Session, TRACKS } from '../records/index.js';
import { nowUs, until } from './clock.js';
import { ContentReader } from './content-reader.js';
import { openStream } from './flv-stream.js';
import { FrameReader } from './frame-reader.js';
import { type LoopLag, watchLoopLag } from './loop-lag.js';

/** What a receiver process is given, as JSON. */
export interface ReceiverOptions {
  /** `http://HOST:PORT/APP/STREAM.flv`, `rtmp://HOST:PORT/APP/STREAM`, or `-` for FLV on standard input. */
  readonly url: string;
  /** Of the source. */
  readonly seed: number;
  /** How frames are known: by their stamps (default), or by their content when no source of ours made them. */
  readonly identify?: 'stamp' | 'content';
  /** Ends by itself after so long. */
  readonly durationS?: number;
  /** Ends when nothing has come for so long, media having begun. */
  readonly idleMs?: number;
  /** The process connects at this time and not before: starting takes a while, and the phase in the group decides what comes. */
  readonly connectAtUs?: number;
  /** File for the record. */
  readonly record?: string;
}

/** What came. */
export interface ReceivedRecord {
  readonly version: 1;
  readonly options: ReceiverOptions;
  readonly session: Session;
  /** By content: numbered as they came, with the arrival as capture. */
  readonly frames: ReceivedColumns;
  /** By content: what each frame is known by. */
  readonly identities?: readonly string[];
  /** Frames without a stamp. */
  readonly strangers: number;
  readonly bytes: number;
  readonly loopLagUs: LoopLag;
}

/** What happens on the way. */
export interface ReceiverHooks {
  /** The connect call has been made. */
  readonly onStart: () => void;
  /** The first key frame is there. */
  readonly onPlaying: () => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when `signal` aborts, the time is over, or the stream ends; the record says which. Rejects with
 * `LH_CLI_USAGE` for an address that is none.
 */
export async function watch(options: ReceiverOptions, hooks: ReceiverHooks): Promise<ReceivedRecord> {
  await until(options.connectAtUs ?? 0, hooks.signal);
  const lag = watchLoopLag();
  return new Promise((resolve, reject) => {
    const timers: NodeJS.Timeout[] = [];
    let source: MediaSource | undefined;
    const receiver = new Receiver(options);
    const end = (reason: string) => {
      if (receiver.ended) return;
      for (const timer of timers) clearInterval(timer);
      source?.close();
      resolve({ version: 1, options, ...receiver.end(reason), loopLagUs: lag() });
    };
    const events: SourceEvents = {
      onConnected: () => receiver.connected(),
      onBytes: (count) => receiver.read(count),
      onTag: (tag) => {
        if (receiver.take(tag)) hooks.onPlaying();
      },
      onEnd: (error) => end(error?.message ?? 'complete'),
    };
    try {
      source =
        options.url === '-'
          ? openStream(process.stdin, events)
          : openSource(parseMediaUrl(options.url), events);
    } catch (error) {
      reject(error as Error);
      return;
    }
    hooks.onStart();
    hooks.signal.addEventListener('abort', () => end('signal'), { once: true });
    if (hooks.signal.aborted) end('signal');
    if (options.durationS !== undefined)
      timers.push(setTimeout(() => end('duration'), options.durationS * 1e3));
    const { idleMs } = options;
    if (idleMs !== undefined)
      timers.push(setInterval(() => receiver.idleMs() > idleMs && end('idle'), IDLE_CHECK_MS));
  });
}

/** Inputs: what a source's events say. Output: the columns. One read's frames share the time at which it began. */
class Receiver {
  readonly #reader: FrameReader | ContentReader;
  readonly #identities: string[] = [];
  readonly #classifier = new MediaClassifier();
  readonly #startUs = nowUs();
  readonly #seen = new Set<number>();
  readonly #columns = {
    sequence: [] as number[],
    track: [] as number[],
    kind: [] as number[],
    ptsMs: [] as number[],
    bytes: [] as number[],
    captureUs: [] as number[],
    arrivalUs: [] as number[],
  };
  #readUs = 0;
  #bytes = 0;
  #connectedUs: number | undefined;
  #firstByteUs: number | undefined;
  #firstKeyFrameUs: number | undefined;
  #hasVideoInit = false;
  #corrupt = 0;
  #duplicated = 0;
  #strangers = 0;
  ended = false;

  constructor({ seed, identify }: Pick<ReceiverOptions, 'seed' | 'identify'>) {
    this.#reader = identify === 'content' ? new ContentReader() : new FrameReader(seed);
  }

  connected(): void {
    this.#connectedUs ??= nowUs();
  }

  read(count: number): void {
    this.#readUs = nowUs();
    this.#bytes += count;
  }

  /** True at the first key frame. */
  take(tag: MediaTag): boolean {
    if (tag.type === 18) return false;
    this.#firstByteUs ??= this.#readUs;
    const reading = this.#reader.read(tag);
    switch (reading.state) {
      case 'corrupt':
        this.#corrupt++;
        return false;
      case 'other':
        this.#takeOther(tag);
        return false;
      case 'frame':
    }
    if (this.#seen.has(reading.sequence)) {
      this.#duplicated++;
      return false;
    }
    this.#seen.add(reading.sequence);
    const { sequence, track, kind, ptsMs, bytes, identity } = reading;
    if (identity !== undefined) this.#identities.push(identity);
    this.#columns.sequence.push(sequence);
    this.#columns.track.push(TRACKS.indexOf(track));
    this.#columns.kind.push(KINDS.indexOf(kind));
    this.#columns.ptsMs.push(ptsMs);
    this.#columns.bytes.push(bytes);
    this.#columns.captureUs.push(identity === undefined ? reading.captureUs : this.#readUs);
    this.#columns.arrivalUs.push(this.#readUs);
    if (kind !== 'key' || !this.#hasVideoInit || this.#firstKeyFrameUs !== undefined) return false;
    this.#firstKeyFrameUs = this.#readUs;
    return true;
  }

  /** Since the last read; 0 before media. */
  idleMs(): number {
    return this.#firstByteUs === undefined ? 0 : (nowUs() - this.#readUs) / 1e3;
  }

  end(endReason: string): Omit<ReceivedRecord, 'version' | 'options' | 'loopLagUs'> {
    this.ended = true;
    const session: Session = {
      connectStartUs: this.#startUs,
      connectedUs: this.#connectedUs,
      firstByteUs: this.#firstByteUs,
      firstKeyFrameUs: this.#firstKeyFrameUs,
      endUs: nowUs(),
      endReason,
      corrupt: this.#corrupt,
      duplicated: this.#duplicated,
    };
    const counts = { strangers: this.#strangers, bytes: this.#bytes };
    if (this.#identities.length === 0) return { session, frames: this.#columns, ...counts };
    return { session, frames: this.#columns, identities: this.#identities, ...counts };
  }

  #takeOther(tag: MediaTag): void {
    const { kind, media } = this.#classifier.classify(tag);
    if (kind !== 'init') this.#strangers++;
    else if (media === 'video') this.#hasVideoInit = true;
  }
}

const IDLE_CHECK_MS = 50;
