/**
 * Lets through what a viewer can decode of one track, in the track's order.
 *
 * Rules: ordinals ascend (what comes behind is late). A frame waits for the init version its group names, at most
 * `initHoldMs` and `maxHeldBytes`; then all that waits is given up. A video frame passes when the key frame of its
 * group has passed. After a dropped picture that others refer to, the rest of its group does not pass. Every frame that does not pass is counted with its reason.
 */
import type { Frame } from './frame.js';
import type { Group } from './group.js';
import * as KindCounts from './kind-counts.js';
import { FRAME_OVERHEAD_BYTES } from './limits.js';
import type { Track } from './track.js';

/** Why a frame did not reach the viewers of a feed. */
export type GateRefusal =
  /** It came when later frames of its track had left. */
  | 'late'
  /** The key frame of its group did not leave. */
  | 'no-key-frame'
  /** The init data it needs did not come in time. */
  | 'no-init'
  /** It was dropped on a link before it came here. */
  | 'dropped'
  /** A frame that it refers to was. */
  | 'broken';

/** Frames that did not reach the viewers, by reason and kind. */
export type GateCounters = Record<GateRefusal, KindCounts.KindCounts>;

/** Nothing refused yet. */
export function gateCounters(): GateCounters {
  return {
    late: KindCounts.zero(),
    'no-key-frame': KindCounts.zero(),
    'no-init': KindCounts.zero(),
    dropped: KindCounts.zero(),
    broken: KindCounts.zero(),
  };
}

/** What passed the gate. `isStart`: a viewer can start here as far as this track goes. */
export type PassedFrame = (gate: TrackGate, frame: Frame, isStart: boolean, nowMs: number) => void;

/** What a gate needs. */
export interface TrackGateOptions {
  readonly track: Track;
  readonly maxHeldBytes: number;
  readonly counters: GateCounters;
  readonly onFrame: PassedFrame;
}

interface Held {
  readonly group: Group;
  readonly frame: Frame;
}

/** Input: `pushInit`, `push` in the order of the merge, `giveUp`. Output: `onFrame`. */
export class TrackGate {
  readonly track: Track;
  readonly #options: TrackGateOptions;
  #lastOrdinal = -1;
  #initVersion = -1;
  /** The group whose start has passed. */
  #startedGroup: Group | undefined;
  /** The group of which a frame was dropped that others refer to. */
  #brokenGroup: Group | undefined;
  #held: Held[] = [];
  #heldBytes = 0;
  #heldSinceMs = 0;

  constructor(options: TrackGateOptions) {
    this.track = options.track;
    this.#options = options;
  }

  /** Since when frames wait for init data; undefined while none do. */
  get heldSinceMs(): number | undefined {
    return this.#held.length > 0 ? this.#heldSinceMs : undefined;
  }

  /** Init data of `version`. It is wanted even when it comes late, as long as it is newer than what has passed. */
  pushInit(version: number, frame: Frame, nowMs: number): void {
    if (version <= this.#initVersion) {
      this.#options.counters.late.init += 1;
      return;
    }
    this.#initVersion = version;
    this.#options.onFrame(this, frame, false, nowMs);
    const held = this.#takeHeld();
    for (const { group, frame: waiting } of held) this.#passOrHold(group, waiting, nowMs);
  }

  /** A frame of a group. */
  push(group: Group, frame: Frame, nowMs: number): void {
    if (frame.ordinal <= this.#lastOrdinal) {
      this.#options.counters.late[frame.kind] += 1;
      return;
    }
    this.#lastOrdinal = frame.ordinal;
    this.#passOrHold(group, frame, nowMs);
  }

  /** Gives up what waits for init data. */
  giveUp(): void {
    for (const { frame } of this.#takeHeld()) this.#options.counters['no-init'][frame.kind] += 1;
  }

  #passOrHold(group: Group, frame: Frame, nowMs: number): void {
    if (this.#held.length === 0 && (group.initVersion ?? -1) <= this.#initVersion) {
      this.#pass(group, frame, nowMs);
      return;
    }
    if (this.#held.length === 0) this.#heldSinceMs = nowMs;
    this.#held.push({ group, frame });
    this.#heldBytes += frame.payload.length + FRAME_OVERHEAD_BYTES;
    if (this.#heldBytes > this.#options.maxHeldBytes) this.giveUp();
  }

  #pass(group: Group, frame: Frame, nowMs: number): void {
    const isVideo = this.track.media === 'video';
    if (frame.dropped === true) {
      this.#options.counters.dropped[frame.kind] += 1;
      if (isVideo && frame.kind !== 'discardable') this.#brokenGroup = group;
      return;
    }
    if (group === this.#brokenGroup) {
      this.#options.counters.broken[frame.kind] += 1;
      return;
    }
    const isFirst = group !== this.#startedGroup;
    if (isFirst && isVideo && frame.kind !== 'key') {
      this.#options.counters['no-key-frame'][frame.kind] += 1;
      return;
    }
    this.#startedGroup = group;
    this.#options.onFrame(this, frame, isFirst, nowMs);
  }

  #takeHeld(): Held[] {
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    return held;
  }
}
