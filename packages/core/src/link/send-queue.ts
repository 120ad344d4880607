/** What of all the media that waits for one link is written next. */

/** Classes of what waits, first to last. Init data and requests do not wait here: they are written at once. */
export const Rank = { AUDIO: 0, KEY: 1, DELTA: 2 } as const;

/** See `Rank`. */
export type Rank = (typeof Rank)[keyof typeof Rank];

/** A track of a subscription, with frames that wait in the cache. */
export interface Lane {
  /** Class of what it would write now; undefined while there is nothing that it can. */
  readonly rank: Rank | undefined;
  /** Writes at most `maxBytes`, one frame of it if `single`. Returns the bytes, and whether a frame is begun and not whole. */
  send(maxBytes: number, single: boolean): { readonly bytes: number; readonly isWithin: boolean };
  /** Drops what has become too late. */
  judge(nowMs: number): void;
}

/** What a send queue needs of its link. */
export interface SendQueueOptions {
  /** Bytes that the transport wants now. */
  readonly wantedBytes: () => number;
  readonly now: () => number;
}

/**
 * Inputs: `update` when a lane has more or less to write, `pump` when the transport wants more, `poll`. Output: `send` of
 * the lane whose turn it is: by rank, equals in turn, a frame each. Holds no media: frames wait in the cache.
 */
export class SendQueue {
  readonly #options: SendQueueOptions;
  /** By rank. */
  readonly #rings = [new Set<Lane>(), new Set<Lane>(), new Set<Lane>()] as const;
  readonly #rankOf = new Map<Lane, Rank>();
  #pumping = false;
  /** The lane in the middle of a frame, and what it has written in its turn. */
  #turnOf: Lane | undefined;
  #turnBytes = 0;
  /** The transport wants no more. */
  #blocked = false;

  constructor(options: SendQueueOptions) {
    this.#options = options;
  }

  /** Lanes that wait for the transport. */
  get waiting(): number {
    return this.#rankOf.size;
  }

  /** Whether something waits because the transport wants no more now. */
  get isBlocked(): boolean {
    return this.#blocked;
  }

  /** `lane` may have more to write, or less. */
  update(lane: Lane): void {
    this.#place(lane);
    if (this.#pumping) return;
    if (this.#blocked && this.#options.wantedBytes() <= 0) lane.judge(this.#options.now());
    else this.pump();
  }

  /** `lane` is over. */
  remove(lane: Lane): void {
    const rank = this.#rankOf.get(lane);
    if (rank === undefined) return;
    this.#rings[rank].delete(lane);
    this.#rankOf.delete(lane);
  }

  /** Writes what the transport wants. */
  pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      this.#fill();
    } finally {
      this.#pumping = false;
    }
  }

  /** Time passes while the transport may want nothing. */
  poll(nowMs: number): void {
    for (const lane of [...this.#rankOf.keys()]) lane.judge(nowMs);
  }

  #fill(): void {
    const nowMs = this.#options.now();
    for (let lane = this.#first(); lane !== undefined; lane = this.#first()) {
      if (this.#blocked) {
        lane.judge(nowMs);
        // What was dropped may have been all, or all of this rank.
        this.#place(lane);
        if (this.#first() !== lane) continue;
      }
      const room = this.#options.wantedBytes();
      if (room <= 0) {
        this.#blocked = true;
        return;
      }
      this.#turn(lane, room);
    }
    this.#blocked = false;
  }

  #turn(lane: Lane, room: number): void {
    const before = this.#rankOf.get(lane);
    const taken = this.#turnOf === lane ? this.#turnBytes : 0;
    const { bytes, isWithin } = lane.send(Math.min(room, QUANTUM_BYTES - taken), this.#rankOf.size > 1);
    const goesOn = isWithin && taken + bytes < QUANTUM_BYTES;
    this.#turnOf = goesOn ? lane : undefined;
    this.#turnBytes = taken + bytes;
    // It said that it could write and did not: its next update says when it can.
    if (bytes === 0 && lane.rank === before) this.remove(lane);
    else this.#place(lane, !goesOn);
  }

  /** The lane whose turn it is. */
  #first(): Lane | undefined {
    for (const ring of this.#rings) {
      if (ring.size > 0) return ring.values().next().value;
    }
    return undefined;
  }

  /** Puts a lane where its rank belongs; behind its equals when it is new there or had its turn. */
  #place(lane: Lane, hadTurn = false): void {
    const { rank } = lane;
    const before = this.#rankOf.get(lane);
    if (before === rank && !hadTurn) return;
    if (before !== undefined) this.#rings[before].delete(lane);
    if (rank === undefined) this.#rankOf.delete(lane);
    else {
      this.#rings[rank].add(lane);
      this.#rankOf.set(lane, rank);
    }
  }
}

/** What a frame may take before equals have their turn: a large key frame does not hold up those of others for long. */
const QUANTUM_BYTES = 64 * 1024;
