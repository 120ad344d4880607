import type { MemoryConnection } from './connection.js';
import type { Packet } from './packet.js';
import type { MemoryPath } from './path.js';

interface Arrival {
  readonly atMs: number;
  readonly packet: Packet;
}

/** Packets on their way from one end to the other. */
export class Way {
  readonly #from: MemoryConnection;
  readonly #to: MemoryConnection;
  readonly #path: MemoryPath;
  /** From `#head` on: soonest first; of those that arrive together the one that left first. */
  #arrivals: Arrival[] = [];
  #head = 0;
  #cut = false;

  constructor(from: MemoryConnection, to: MemoryConnection, path: MemoryPath) {
    this.#from = from;
    this.#to = to;
    this.#path = path;
  }

  /** When something arrives or may leave; infinite when nothing will. */
  dueMs(nowMs: number): number {
    const arrivalMs = this.#arrivals[this.#head]?.atMs ?? Number.POSITIVE_INFINITY;
    return this.#from.hasPacket ? Math.min(arrivalMs, this.#path.readyMs(nowMs)) : arrivalMs;
  }

  /** Hands over what has arrived. True if anything has. */
  arrive(nowMs: number): boolean {
    let moved = false;
    for (let next = this.#next(nowMs); next; next = this.#next(nowMs)) {
      this.#to.handle(next.packet, nowMs);
      moved = true;
    }
    return moved;
  }

  /** Sends what may leave. True if anything has. */
  depart(nowMs: number): boolean {
    let moved = false;
    while (this.#from.hasPacket && this.#path.readyMs(nowMs) <= nowMs) {
      this.#carry(this.#from.poll(nowMs), nowMs);
      moved = true;
    }
    return moved;
  }

  /** Loses everything that is under way and all that follows. */
  cut(): void {
    this.#cut = true;
    this.#arrivals = [];
    this.#head = 0;
  }

  /** Takes the next that has arrived. */
  #next(nowMs: number): Arrival | undefined {
    const next = this.#arrivals[this.#head];
    if (!next || next.atMs > nowMs) return undefined;
    this.#head++;
    // A busy way is never empty: what has arrived has to go while others are under way.
    if (this.#head * 2 >= this.#arrivals.length) {
      this.#arrivals.splice(0, this.#head);
      this.#head = 0;
    }
    return next;
  }

  #carry(packet: Packet, nowMs: number): void {
    const { arrivesMs, lostPackets } = this.#path.carry(packet, nowMs);
    this.#from.handleLoss(packet, { lostPackets, gone: arrivesMs === undefined });
    if (arrivesMs === undefined || this.#cut) return;
    let position = this.#arrivals.length;
    while (position > this.#head && (this.#arrivals[position - 1] as Arrival).atMs > arrivesMs) position--;
    this.#arrivals.splice(position, 0, { atMs: arrivesMs, packet });
  }
}
