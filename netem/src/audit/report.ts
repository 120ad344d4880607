/** The router's report, as `longhaul-router` writes it (netem/native/tun/src/report.rs). Times in nanoseconds. */

/** Everything since `start`. */
export interface RouterReport {
  readonly elapsedNs: number;
  readonly deviceDrops: number;
  readonly forward?: DirectionReport;
  readonly reverse?: DirectionReport;
}

/** Packets by the reason they were dropped for. */
export interface Drops {
  readonly blackhole: number;
  readonly policer: number;
  readonly loss: number;
  readonly queue: number;
}

/** One direction. */
export interface DirectionReport {
  readonly pushed: number;
  readonly pushedBytes: number;
  readonly delivered: number;
  readonly deliveredBytes: number;
  readonly drops: Drops;
  readonly reordered: number;
  readonly duplicated: number;
  readonly queuePeakBytes: number;
  readonly ignored: number;
  readonly socketDrops: number;
  readonly sendErrors: number;
  /** Runs of packets lost one after the other. */
  readonly lossRuns: number;
  /** Milliseconds with a packet at the loss stage, and those with a loss. */
  readonly slots: number;
  readonly lostSlots: number;
  /** The seed's loss over this time, met by a packet each millisecond. */
  readonly chain: { readonly slots: number; readonly badSlots: number; readonly bursts: number } | null;
  readonly lateness: {
    readonly packets: number;
    readonly p50Ns: number;
    readonly p99Ns: number;
    readonly p999Ns: number;
    readonly maxNs: number;
  };
  readonly series: {
    readonly timeNs: readonly number[];
    readonly queueBytes: readonly number[];
    readonly deliveredBytes: readonly number[];
  };
}
