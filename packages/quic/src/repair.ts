/** Repair of what a link lost by symbols of an erasure code (docs/wire.md section 6): below the streams, which stay as they are. */
import type { NativeConnection, NativeRepairSettings } from './native.generated.js';
import * as Native from './native.js';

/** What may be spent on repair. Symbols of the peer are understood in any case. */
export interface RepairSettings {
  /** Most, as a share of the stream bytes sent, 0 to 1; 0: nothing is sent. */
  readonly maxShare: number;
  /** Symbols are sent before anything is lost too, for streams opened with `protectBytes`; false if absent. */
  readonly ahead?: boolean;
}

/** What repair has done: counters since the connection opened, of symbols where nothing else is said. */
export interface RepairView {
  /** The peer understands symbols: before it says so none are sent. */
  readonly understood: boolean;
  /** Share of our packets that are lost, 0 to 1; 0 while nothing may be spent. */
  readonly loss: number;
  /** Packets lost in a row, mean; 0 while none was. */
  readonly burst: number;
  readonly sentOnLoss: number;
  readonly sentAhead: number;
  readonly sentBytes: number;
  /** Not sent, since what they repair was acknowledged meanwhile. */
  readonly cancelled: number;
  readonly refusedByBudget: number;
  /** Not sent, since the link was too slow for the streams themselves. */
  readonly refusedByQueue: number;
  readonly received: number;
  readonly used: number;
  readonly useless: number;
  readonly wrong: number;
  /** Bytes that symbols brought before their stream did. */
  readonly repairedBytes: number;
}

/** Repair of one connection. */
export class Repair {
  readonly #native: NativeConnection;

  constructor(native: NativeConnection) {
    this.#native = native;
  }

  /**
   * Other settings from now on.
   * @throws QuicError LH_QUIC_ARGUMENT when the share is not between 0 and 1.
   */
  set(settings: RepairSettings): void {
    Native.call(() => this.#native.setRepair(complete(settings)));
  }

  /** What it has done; all 0 when the connection is over. */
  view(): RepairView {
    return this.#native.repair();
  }
}

/** `settings` as the addon takes them. */
export function complete({ maxShare, ahead = false }: RepairSettings): NativeRepairSettings {
  return { maxShare, ahead };
}
