/** The delays of the frames of one broadcast at this relay, from their arrival to their egress. */
import type { Frame } from '../frame.js';
import { Best } from './best.js';
import type { FrameTrace } from './frame-trace.js';
import { Minute, type MinuteView } from './minute.js';
import { DELAY_PARTS, type DelayPart } from './parts.js';

/** When a frame came over a link, on this relay's clock, ms. */
export interface Arrival {
  /** Its first byte came. */
  readonly firstMs: number;
  /** Bytes at or behind its end came for the first time: it would have been whole then, had nothing been lost. */
  readonly passedMs: number;
  /** Counts the frames of the link. */
  readonly link: Minute;
}

/** When and where a frame is whole. */
export interface Coming {
  readonly track: string;
  readonly frame: Frame;
  /** Its media time, ms. */
  readonly positionMs: number;
  readonly nowMs: number;
}

/**
 * Inputs: `arriving` (frames of links alone), then `came`, `ordered`, `written`, as it happens to a frame. Output: `view`.
 *
 * Without a common clock a frame's delay is known against the best frame of its track in the last minute alone: what that
 * frame had is the path itself. A frame counts when it was written; without a viewer after a while.
 */
export class InboundDelays {
  /** Takes each frame, while somebody wants to see them one by one. */
  trace: FrameTrace | undefined;
  readonly #minute = new Minute();
  readonly #bests = new Map<string, Best>();
  #slots: Slots | undefined;
  #arriving: { readonly ordinal: number; readonly arrival: Arrival } | undefined;
  /** The link that frames came over last. */
  #link: Minute | undefined;

  /** A frame is about to be whole that came over a link. */
  arriving(ordinal: number, arrival: Arrival): void {
    this.#arriving = { ordinal, arrival };
    this.#link = arrival.link;
  }

  /** A frame is here, whole. One that was dropped on the way is not. */
  came(coming: Coming): void {
    const { track, frame, positionMs, nowMs } = coming;
    if (frame.dropped === true) return;
    this.#slots ??= new Slots();
    const slots = this.#slots;
    const slot = frame.ordinal % SLOTS;
    this.#settle(slots, slot);
    const lagMs = this.#bestOf(track).lagMs(nowMs - positionMs, nowMs);
    const arrival = this.#arriving?.ordinal === frame.ordinal ? this.#arriving.arrival : undefined;
    this.#arriving = undefined;
    const recoveryMs = arrival === undefined ? 0 : Math.min(lagMs, nowMs - arrival.passedMs);
    const transferMs =
      arrival === undefined ? 0 : Math.min(lagMs - recoveryMs, arrival.passedMs - arrival.firstMs);
    slots.ordinal[slot] = frame.ordinal;
    slots.cameMs[slot] = nowMs;
    slots.before[slot] = lagMs - recoveryMs - transferMs;
    slots.transfer[slot] = transferMs;
    slots.recovery[slot] = recoveryMs;
    slots.merge[slot] = 0;
    slots.jitter[slot] = 0;
    slots.isOrdered[slot] = 0;
    slots.state[slot] = frame.kind === 'key' ? PENDING_KEY : PENDING;
    this.trace?.came({ track, frame, arrival, nowMs });
  }

  /** When the frame came; undefined when that was too long ago. */
  cameMs(ordinal: number): number | undefined {
    return this.#slots?.cameMs[this.#slots.find(ordinal)];
  }

  /** It left the merge, as it came: frames of the cache that a first viewer begins with are not told. */
  ordered(ordinal: number, nowMs: number): void {
    const slots = this.#slots;
    const slot = slots?.find(ordinal) ?? NONE;
    if (slots === undefined || slot === NONE || slots.state[slot] === SETTLED) return;
    slots.merge[slot] = nowMs - (slots.cameMs[slot] as number);
    slots.isOrdered[slot] = 1;
    this.trace?.ordered(ordinal, nowMs);
  }

  /** It left the jitter buffer. Counts only for frames that were `ordered`. */
  evened(ordinal: number, nowMs: number): void {
    const slots = this.#slots;
    const slot = slots?.find(ordinal) ?? NONE;
    if (slots === undefined || slot === NONE || slots.isOrdered[slot] === 0) return;
    slots.jitter[slot] = nowMs - (slots.cameMs[slot] as number) - (slots.merge[slot] as number);
  }

  /** It was written to a viewer; only the first time counts, and only of frames that were `ordered`. */
  written(ordinal: number, nowMs: number): void {
    const slots = this.#slots;
    const slot = slots?.find(ordinal) ?? NONE;
    if (slots === undefined || slot === NONE || slots.state[slot] === SETTLED || slots.isOrdered[slot] === 0)
      return;
    const heldMs = (slots.merge[slot] as number) + (slots.jitter[slot] as number);
    const egressMs = nowMs - (slots.cameMs[slot] as number) - heldMs;
    this.#count(slots, slot, egressMs);
    this.trace?.written(ordinal, nowMs);
  }

  /** The minute before `nowMs`; undefined when nothing came. */
  view(nowMs: number): MinuteView | undefined {
    this.settle(nowMs);
    return this.#minute.view(nowMs);
  }

  /** Counts what came a while ago and was not written: nobody watches. Called before a view, of this or its link. */
  settle(nowMs: number): void {
    const slots = this.#slots;
    if (slots === undefined) return;
    for (let slot = 0; slot < SLOTS; slot += 1) {
      if (nowMs - (slots.cameMs[slot] as number) > UNWATCHED_MS) this.#settle(slots, slot);
    }
  }

  #bestOf(track: string): Best {
    const known = this.#bests.get(track);
    if (known !== undefined) return known;
    const best = new Best();
    this.#bests.set(track, best);
    return best;
  }

  #settle(slots: Slots, slot: number): void {
    if (slots.state[slot] !== SETTLED) this.#count(slots, slot, 0);
  }

  #count(slots: Slots, slot: number, egressMs: number): void {
    PARTS[BEFORE] = slots.before[slot] as number;
    PARTS[TRANSFER] = slots.transfer[slot] as number;
    PARTS[RECOVERY] = slots.recovery[slot] as number;
    PARTS[MERGE] = slots.merge[slot] as number;
    PARTS[JITTER] = slots.jitter[slot] as number;
    PARTS[EGRESS] = egressMs;
    const [isKey, cameMs] = [slots.state[slot] === PENDING_KEY, slots.cameMs[slot] as number];
    slots.state[slot] = SETTLED;
    this.#minute.add(PARTS, isKey, cameMs);
    // What a viewer waits for here is not the link's.
    PARTS[MERGE] = 0;
    PARTS[JITTER] = 0;
    PARTS[EGRESS] = 0;
    this.#link?.add(PARTS, isKey, cameMs);
  }
}

/** The newest frames by ordinal, column by column. */
class Slots {
  readonly ordinal = new Float64Array(SLOTS).fill(-1);
  readonly cameMs = new Float64Array(SLOTS);
  readonly before = new Float32Array(SLOTS);
  readonly transfer = new Float32Array(SLOTS);
  readonly recovery = new Float32Array(SLOTS);
  readonly merge = new Float32Array(SLOTS);
  readonly jitter = new Float32Array(SLOTS);
  readonly isOrdered = new Uint8Array(SLOTS);
  readonly state = new Uint8Array(SLOTS);

  /** `NONE` when another frame has its place. */
  find(ordinal: number): number {
    const slot = ordinal % SLOTS;
    return this.ordinal[slot] === ordinal ? slot : NONE;
  }
}

/** Frames that are looked after: some five seconds of a broadcast. */
const SLOTS = 512;
const NONE = -1;
/** A frame that was not written after this long has no viewer. */
const UNWATCHED_MS = 3_000;

/** States of a slot: counted or empty; not yet. */
const SETTLED = 0;
const PENDING = 1;
const PENDING_KEY = 2;

const indexOf = (part: DelayPart) => DELAY_PARTS.indexOf(part);
const BEFORE = indexOf('before');
const TRANSFER = indexOf('transfer');
const RECOVERY = indexOf('recovery');
const MERGE = indexOf('merge');
const JITTER = indexOf('jitter');
const EGRESS = indexOf('egress');
/** One frame's parts on their way to the counts. */
const PARTS = new Float64Array(DELAY_PARTS.length);
