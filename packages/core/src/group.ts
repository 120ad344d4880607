/** A join point and what depends on it, as far as it is here. */
import type { Frame } from './frame.js';
import { FRAME_OVERHEAD_BYTES, GROUP_OVERHEAD_BYTES } from './limits.js';
import { Line } from './line.js';
import type { TrackClock } from './media-clock.js';
import type { Track } from './track.js';

/** `open`: more may come. `complete`: all of it came. `truncated`: the rest will not come. */
export type GroupState = 'open' | 'complete' | 'truncated';

/** How a group that is over ended. */
export type GroupOutcome = Exclude<GroupState, 'open'>;

/** What a new group is made of. */
export interface GroupOptions {
  readonly track: Track;
  /** Number of the group in its track and epoch: 0, 1, 2 ... */
  readonly sequence: number;
  /** The init data that its frames need; undefined when the track has none. */
  readonly initVersion: number | undefined;
  readonly owner: GroupOwner;
  readonly clock: TrackClock;
}

/** Who hears of a group's changes: the broadcast. */
export interface GroupOwner {
  groupGrew(group: Group, frame: Frame, nowMs: number): void;
  groupClosed(group: Group, nowMs: number): void;
}

/**
 * Frames of one track from a join point on, in ascending ordinals.
 *
 * Input: `append`, `close`. Output: `frame(index)` for any number of readers, each with its own index; the owner is
 * told of every change. States: open -> complete | truncated. The cache may release frames from the front at any time:
 * indexes below `firstRetained` are gone, the others keep their index.
 */
export class Group {
  readonly track: Track;
  readonly sequence: number;
  readonly initVersion: number | undefined;
  readonly #owner: GroupOwner;
  readonly #clock: TrackClock;
  #state: GroupState = 'open';
  readonly #frames = new Line<Frame>();
  /** The media time of each of `#frames`. */
  readonly #positions = new Line<number>();
  /** When each of `#frames` came here. */
  readonly #arrivals = new Line<number>();
  #firstOrdinal: number | undefined;
  #lastOrdinal: number | undefined;
  #lastPosition = 0;
  #bytes = 0;
  #startsAtKey = false;

  constructor(options: GroupOptions) {
    this.track = options.track;
    this.sequence = options.sequence;
    this.initVersion = options.initVersion;
    this.#owner = options.owner;
    this.#clock = options.clock;
  }

  get state(): GroupState {
    return this.#state;
  }

  /** Frames that came so far, released ones included; the index of the next. */
  get frameCount(): number {
    return this.#frames.end;
  }

  /** Index of the first frame still here; `frameCount` when none is. */
  get firstRetained(): number {
    return this.#frames.start;
  }

  /** Ordinal of the first frame that came; undefined while there was none. */
  get firstOrdinal(): number | undefined {
    return this.#firstOrdinal;
  }

  /** Ordinal of the newest frame; undefined while there was none. */
  get lastOrdinal(): number | undefined {
    return this.#lastOrdinal;
  }

  /** Ordinal of the first frame still here; undefined when none is. */
  get firstRetainedOrdinal(): number | undefined {
    return this.#frames.at(this.#frames.start)?.ordinal;
  }

  /** Frames still here. */
  get retained(): number {
    return this.#frames.end - this.#frames.start;
  }

  /** Payload bytes still here. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What it counts against the bound of the cache, bytes. */
  get cost(): number {
    return GROUP_OVERHEAD_BYTES + this.#bytes + this.retained * FRAME_OVERHEAD_BYTES;
  }

  /** Media time of the first frame still here, as the broadcast's clock has it, ms; of the newest when none is. */
  get firstPosition(): number {
    return this.#positions.at(this.#positions.start) ?? this.#lastPosition;
  }

  /** Media time of the newest frame, ms. */
  get lastPosition(): number {
    return this.#lastPosition;
  }

  /** Whether a viewer can start here: nothing is missing in front, and video begins with a key frame. */
  get joinable(): boolean {
    return this.#startsAtKey && this.#frames.start === 0;
  }

  /** The frame at `index`; undefined when it was released or did not come yet. */
  frame(index: number): Frame | undefined {
    return this.#frames.at(index);
  }

  /** When the frame at `index` came to this relay, ms; undefined when it was released or did not come yet. */
  arrivalMs(index: number): number | undefined {
    return this.#arrivals.at(index);
  }

  /** Media time of the frame at `index`, ms; undefined when it was released or did not come yet. */
  position(index: number): number | undefined {
    return this.#positions.at(index);
  }

  /** Index of the first frame here with a greater ordinal; `frameCount` when there is none. */
  indexAfter(ordinal: number): number {
    let low = this.#frames.start;
    let high = this.#frames.end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#frames.at(middle) as Frame).ordinal > ordinal) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Takes the next frame. False, and nothing happens, when its ordinal is not above the last one or the group is over. */
  append(frame: Frame, nowMs: number): boolean {
    if (this.#state !== 'open') return false;
    if (this.#lastOrdinal !== undefined && frame.ordinal <= this.#lastOrdinal) return false;
    this.#lastPosition = this.#clock.place(frame.timestamp);
    if (this.#firstOrdinal === undefined) {
      this.#firstOrdinal = frame.ordinal;
      this.#startsAtKey = this.track.media !== 'video' || (frame.kind === 'key' && frame.dropped !== true);
    }
    this.#lastOrdinal = frame.ordinal;
    this.#frames.push(frame);
    this.#positions.push(this.#lastPosition);
    this.#arrivals.push(nowMs);
    this.#bytes += frame.payload.length;
    this.#owner.groupGrew(this, frame, nowMs);
    return true;
  }

  /** Nothing more comes. Only the first call counts. */
  close(outcome: GroupOutcome, nowMs: number): void {
    if (this.#state !== 'open') return;
    this.#state = outcome;
    this.#owner.groupClosed(this, nowMs);
  }

  /** For the cache: gives up all frames; nothing is taken any more. Readers hear of it from the broadcast. */
  discard(): void {
    this.release(this.retained);
    if (this.#state === 'open') this.#state = 'truncated';
  }

  /** For the cache: gives up the oldest `count` frames. */
  release(count: number): void {
    const end = Math.min(this.#frames.start + count, this.#frames.end);
    for (let index = this.#frames.start; index < end; index++) {
      this.#bytes -= (this.#frames.at(index) as Frame).payload.length;
    }
    this.#frames.release(end);
    this.#positions.release(end);
    this.#arrivals.release(end);
  }
}
