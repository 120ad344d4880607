/** A broadcast's frames one by one: when each passed which place at this relay, on its clock. */
import type { Frame, FrameKind } from '../frame.js';
import type { Arrival } from './inbound.js';

/** A frame's way over one link, ms; undefined while it has not come so far, or where the transport does not tell. */
export interface TracedSending {
  readonly peer: string;
  /** Its last byte was handed to the transport. */
  handedMs: number | undefined;
  /** Its first byte left, and its last byte had left once. */
  firstSentMs: number | undefined;
  lastSentMs: number | undefined;
  /** The peer has all of it. */
  ackedMs: number | undefined;
  /** Bytes of it in packets that were lost. */
  lostBytes: number;
}

/** One frame. Times are milliseconds of the relay's monotonic clock; undefined is not (yet) known. */
export interface TracedFrame {
  readonly ordinal: number;
  readonly track: string;
  readonly kind: FrameKind;
  readonly bytes: number;
  /** The publisher's, 32 bits: when it was captured, on the publisher's own clock. */
  readonly timestamp: number;
  /** Over a link: its first byte came; without losses it had been whole. */
  readonly firstMs: number | undefined;
  readonly passedMs: number | undefined;
  /** It was whole: ingested here, or complete from a link. */
  readonly cameMs: number;
  orderedMs: number | undefined;
  writtenMs: number | undefined;
  readonly sendings: TracedSending[];
}

/** Bounds of a trace. */
export interface TraceLimits {
  /** The oldest make room. */
  readonly maxFrames: number;
  readonly maxBytes: number;
}

/** See `TraceLimits`. */
export const DEFAULT_TRACE_LIMITS: TraceLimits = { maxFrames: 20_000, maxBytes: 8 * 1024 * 1024 };

/** Inputs: what happens to the frames, in any order. Output: `frames`. Init data is not traced: it has no time of its own. */
export class FrameTrace {
  readonly #limits: TraceLimits;
  /** By ordinal, the oldest first. */
  readonly #frames = new Map<number, TracedFrame>();
  #bytes = 0;
  #leftOut = 0;

  constructor(limits: Partial<TraceLimits> = {}) {
    this.#limits = { ...DEFAULT_TRACE_LIMITS, ...limits };
  }

  /** In the order in which they came. */
  get frames(): readonly TracedFrame[] {
    return [...this.#frames.values()];
  }

  /** Frames that made room. */
  get leftOut(): number {
    return this.#leftOut;
  }

  came(come: {
    readonly track: string;
    readonly frame: Frame;
    readonly arrival: Arrival | undefined;
    readonly nowMs: number;
  }): void {
    const { ordinal, kind, timestamp, payload } = come.frame;
    if (this.#frames.has(ordinal)) return;
    this.#frames.set(ordinal, {
      ordinal,
      track: come.track,
      kind,
      bytes: payload.length,
      timestamp,
      firstMs: come.arrival?.firstMs,
      passedMs: come.arrival?.passedMs,
      cameMs: come.nowMs,
      orderedMs: undefined,
      writtenMs: undefined,
      sendings: [],
    });
    this.#bytes += FRAME_BYTES;
    this.#trim();
  }

  ordered(ordinal: number, nowMs: number): void {
    const frame = this.#frames.get(ordinal);
    if (frame !== undefined) frame.orderedMs ??= nowMs;
  }

  written(ordinal: number, nowMs: number): void {
    const frame = this.#frames.get(ordinal);
    if (frame !== undefined) frame.writtenMs ??= nowMs;
  }

  /** What is known of the frame on the link to `peer`, to be filled in; undefined when the frame is not traced. */
  sending(ordinal: number, peer: string): TracedSending | undefined {
    const frame = this.#frames.get(ordinal);
    if (frame === undefined) return undefined;
    const known = frame.sendings.find((sending) => sending.peer === peer);
    if (known !== undefined) return known;
    const sending: TracedSending = {
      peer,
      handedMs: undefined,
      firstSentMs: undefined,
      lastSentMs: undefined,
      ackedMs: undefined,
      lostBytes: 0,
    };
    frame.sendings.push(sending);
    this.#bytes += SENDING_BYTES;
    this.#trim();
    return sending;
  }

  #trim(): void {
    const { maxFrames, maxBytes } = this.#limits;
    if (this.#frames.size <= maxFrames && this.#bytes <= maxBytes) return;
    for (const [ordinal, { sendings }] of this.#frames) {
      if (this.#frames.size <= maxFrames && this.#bytes <= maxBytes) return;
      this.#frames.delete(ordinal);
      this.#bytes -= FRAME_BYTES + sendings.length * SENDING_BYTES;
      this.#leftOut += 1;
    }
  }
}

/** About what a row costs. */
const FRAME_BYTES = 256;
const SENDING_BYTES = 128;
