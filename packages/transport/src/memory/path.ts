/** What lies between two memory connections, one direction. */

/** A packet as a path sees it. */
export interface PathPacket {
  /** Headers included. */
  readonly sizeBytes: number;
  /** Must arrive in the end: its loss costs time, not the packet. False for datagrams. */
  readonly reliable: boolean;
}

/** What becomes of a packet. */
export interface Passage {
  /** When it arrives, absolute ms; undefined when it is lost (unreliable packets only). */
  readonly arrivesMs: number | undefined;
  /** How many copies of it were lost on the way. */
  readonly lostPackets: number;
}

/** One direction between two memory connections. A path that delays packets unequally reorders them. */
export interface MemoryPath {
  /** Largest packet, bytes. */
  readonly mtuBytes: number;
  /** What it passes, bit/s; absent: everything at once. */
  readonly rateBps?: number;
  /** When the next packet may leave, absolute ms. At or before `nowMs`: now. This is where a rate is obeyed. */
  readyMs(nowMs: number): number;
  /** A packet leaves now. */
  carry(packet: PathPacket, nowMs: number): Passage;
}

/** No delay, no limit of rate, no loss. */
export function instantPath(options: { readonly mtuBytes: number } = { mtuBytes: 1452 }): MemoryPath {
  return {
    mtuBytes: options.mtuBytes,
    readyMs: (nowMs) => nowMs,
    carry: (_packet, nowMs) => ({ arrivesMs: nowMs, lostPackets: 0 }),
  };
}
