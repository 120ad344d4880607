import { instantPath, type MemoryPath, type Passage, type PathPacket } from '@longhaul/transport';
import { Random } from '../random.js';

/** One direction of a long link. */
export interface VirtualPathOptions {
  /** One way, ms. */
  readonly latencyMs?: number;
  /** Up to this much more for each packet, ms, evenly spread: packets overtake each other. */
  readonly jitterMs?: number;
  /** What passes, bit/s. Absent: everything at once. The sender is paced exactly to it: there is no queue to overflow. */
  readonly rateBps?: number;
  /** Share of packets lost, 0 to 1 (not). A lost datagram is gone, everything else costs a retransmission. */
  readonly loss?: number;
  /** Mean length of a run of losses, packets: 1 means independent ones. */
  readonly meanBurst?: number;
  /** From loss to the retransmission's departure, ms. Absent: 9/8 of the round trip (RFC 9002 §6.1.2). */
  readonly recoveryMs?: number;
  readonly mtuBytes?: number;
  readonly seed?: number;
}

/** A path with latency, rate and loss that a seed repeats. */
export function virtualPath(options: VirtualPathOptions = {}): MemoryPath {
  const { latencyMs = 0, jitterMs = 0, rateBps = Number.POSITIVE_INFINITY } = options;
  if (!(rateBps > 0)) throw new RangeError(`rate ${rateBps}: it is above 0`);
  const recoveryMs = options.recoveryMs ?? (9 / 8) * 2 * latencyMs;
  const mtuBytes = options.mtuBytes ?? instantPath().mtuBytes;
  const random = new Random(options.seed ?? 1);
  const losses = new Losses(options, random);
  let freeMs = 0;
  const leave = (sizeBytes: number, atMs: number) => {
    freeMs = Math.max(freeMs, atMs) + (sizeBytes * 8 * 1000) / rateBps;
    return freeMs;
  };
  return {
    mtuBytes,
    ...(rateBps !== Number.POSITIVE_INFINITY && { rateBps }),
    readyMs: (nowMs) => Math.max(nowMs, freeMs),
    carry(packet: PathPacket, nowMs: number): Passage {
      let departsMs = leave(packet.sizeBytes, nowMs);
      let lostPackets = 0;
      while (losses.next()) {
        lostPackets++;
        if (!packet.reliable) return { arrivesMs: undefined, lostPackets };
        departsMs = departsMs + recoveryMs + (packet.sizeBytes * 8 * 1000) / rateBps;
        // The copy takes its share of the rate.
        freeMs += (packet.sizeBytes * 8 * 1000) / rateBps;
      }
      return { arrivesMs: departsMs + latencyMs + jitterMs * random.next(), lostPackets };
    },
  };
}

/** Gilbert's two states: everything is lost in one, nothing in the other. */
class Losses {
  readonly #random: Random;
  readonly #enter: number;
  readonly #leave: number;
  #losing = false;

  constructor(options: VirtualPathOptions, random: Random) {
    const { loss = 0, meanBurst = 1 } = options;
    if (loss < 0 || loss >= 1) throw new RangeError(`loss ${loss}: it is from 0 to 1, 1 not included`);
    if (meanBurst < 1) throw new RangeError(`mean burst ${meanBurst}: it is at least 1 packet`);
    this.#random = random;
    this.#leave = 1 / meanBurst;
    this.#enter = (loss * this.#leave) / (1 - loss);
  }

  next(): boolean {
    this.#losing = this.#losing ? !this.#random.chance(this.#leave) : this.#random.chance(this.#enter);
    return this.#losing;
  }
}
