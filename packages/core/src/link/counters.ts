/** What a link counts: frames and payload bytes by track, and what was not delivered, by reason and kind. */
import type { FrameKind } from '../frame.js';

/**
 * Why a frame did not cross. Sender: `evicted` (left the cache first), `stopped` (the receiver stopped the stream),
 * `unsubscribed`, `too-large` (init data over its limit), `expired` (too late for the subscriber's latency budget),
 * `skipped` (a newer key frame took over). Receiver: `by-peer` (the sender, or one before it, dropped it), `duplicate`, `late` (its group is not kept any more), `malformed` (of the wrong kind).
 */
export type DropReason =
  | 'too-large'
  | 'evicted'
  | 'stopped'
  | 'unsubscribed'
  | 'expired'
  | 'skipped'
  | 'by-peer'
  | 'duplicate'
  | 'late'
  | 'malformed';

/** Frames that did not cross, by reason, then kind. Absent is 0. */
export type DropCounts = Partial<Record<DropReason, Partial<Record<FrameKind, number>>>>;

/** Traffic of one track or of a whole link in one direction. */
export interface TrafficSnapshot {
  /** Frames, init included, that were handed to the transport whole or came whole. */
  readonly frames: number;
  /** Payload bytes of those. */
  readonly bytes: number;
  readonly dropped: DropCounts;
}

/** Counts one direction. What a child counts, its parent counts too. */
export class Traffic {
  readonly #parent: Traffic | undefined;
  #frames = 0;
  #bytes = 0;
  readonly #dropped: DropCounts = {};
  #tooLate = 0;

  constructor(parent?: Traffic) {
    this.#parent = parent;
  }

  /** Frames dropped because they were too late: `expired` and `skipped`. */
  get tooLate(): number {
    return this.#tooLate;
  }

  /** One frame crossed. */
  passed(payloadBytes: number): void {
    this.#frames += 1;
    this.#bytes += payloadBytes;
    this.#parent?.passed(payloadBytes);
  }

  /** `count` frames of `kind` did not. */
  dropped(reason: DropReason, kind: FrameKind, count = 1): void {
    const kinds = this.#dropped[reason] ?? {};
    this.#dropped[reason] = { ...kinds, [kind]: (kinds[kind] ?? 0) + count };
    if (reason === 'expired' || reason === 'skipped') this.#tooLate += count;
    this.#parent?.dropped(reason, kind, count);
  }

  /** A copy of the counts. */
  snapshot(): TrafficSnapshot {
    return { frames: this.#frames, bytes: this.#bytes, dropped: structuredClone(this.#dropped) };
  }
}
