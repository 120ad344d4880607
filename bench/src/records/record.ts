/** What is kept of one run: the raw material of every metric, nothing computed. */
import type { FrameColumns } from './frames.js';

/** Changes when a reader of older files would misread them. */
export const RECORD_VERSION = 1;

/** Which run: a block is (profile, seed), its arms are compared with each other. */
export interface RunKey {
  readonly profile: string;
  readonly seed: number;
  readonly arm: string;
  /** What is done on the link: `live`, `connect`, `ffmpeg` ... */
  readonly scenario: string;
}

/** One run. Times are microseconds of CLOCK_MONOTONIC (`process.hrtime`), the same clock in every process of the machine. */
export interface RunRecord {
  readonly version: typeof RECORD_VERSION;
  readonly run: RunKey & { readonly durationS: number };
  /** The profile's base delays without queueing, ms: what late(D) and the players' targets are measured from. */
  readonly link: { readonly oneWayMs: number; readonly rttMs: number };
  /** Everything that was set: arm, sockets, relays, media shape. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Of programs and kernel, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** What the emulated link says of itself; undefined when the run broke before it could. */
  readonly audit?: unknown;
  readonly validity: Validity;
  /** The hop's own connection, when the arm has one: from the dial to usable for application data. */
  readonly hop?: Connect | undefined;
  /** Undefined for a scenario without media. */
  readonly session?: Session | undefined;
  /** Every frame the source sent while this run lasted, those that never came included. */
  readonly frames?: FrameColumns | undefined;
  /** Samples over time, by column; every column of one series has the same length, `null` where there is no value. */
  readonly series: readonly Series[];
  /** Processor time of each process during the run, share of one core. */
  readonly cpu: Readonly<Record<string, number>>;
}

/** An invalid run is kept and counted but never compared. */
export type Validity =
  | { readonly state: 'valid' }
  | { readonly state: 'invalid'; readonly reasons: readonly string[] };

/** A connection attempt. */
export interface Connect {
  readonly startUs: number;
  /** TCP with TLS: Finished sent, or early data accepted. QUIC: handshake complete, or 0-RTT accepted. Missing: never. */
  readonly usableUs?: number | undefined;
}

/** One viewer. What never happened is missing. */
export interface Session {
  readonly connectStartUs: number;
  /** The viewer's own connection, which does not cross the link when it watches at the center. */
  readonly connectedUs?: number | undefined;
  /** First media byte. */
  readonly firstByteUs?: number | undefined;
  /** First key frame that can be decoded (its init data is there) complete. */
  readonly firstKeyFrameUs?: number | undefined;
  readonly endUs: number;
  /** `complete` when the run's time was over, else what ended it. */
  readonly endReason: string;
  /** Frames whose content was not what the source put in. A run with any is not valid. */
  readonly corrupt: number;
  /** Frames that came again. */
  readonly duplicated: number;
}

/** A table of samples. `timeUs` is its first column. */
export interface Series {
  /** `hop.sender`, `link.forward` ... */
  readonly name: string;
  readonly timeUs: readonly number[];
  /** By name with the unit in it: `cwndBytes`, `rateBps`, `rttUs`, `deliveryBps`, `queueBytes`, `linkBps`. */
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
}
