/** What a run needs of an emulated link. `openLink` of @longhaul/netem gives one; tests give one over loopback. */
import type { ChildProcess, SpawnOptions } from 'node:child_process';

/** One end of the link: a network namespace of its own. */
export interface Host {
  /** IPv4 address of this end. */
  readonly address: string;
  /** Runs a program there. It ends when this process does; its pid is the program's. */
  spawn(command: string, args?: readonly string[], options?: SpawnOptions): ChildProcess;
}

/** Samples of one direction over time, of equal length. */
export interface DirectionSeries {
  readonly timeMs: readonly number[];
  readonly queueBytes: readonly number[];
  /** Since the start. */
  readonly deliveredBytes: readonly number[];
}

/** What the link says of itself after a run. More stands in it; all of it is kept in the record. */
export interface LinkAudit {
  readonly verdict:
    | { readonly state: 'valid' }
    | { readonly state: 'invalid'; readonly reasons: readonly string[] }
    | { readonly state: 'unjudged'; readonly reason: string };
  readonly series?: { readonly forward?: DirectionSeries; readonly reverse?: DirectionSeries };
}

/** An open link. */
export interface Link {
  /** Which emulator carries it; arms are never compared across backends. */
  readonly backend: string;
  /** Media comes from here: the edge relay. */
  readonly sender: Host;
  /** Media goes here: the center relay and the viewer. */
  readonly receiver: Host;
  /** Sysctls in force, priorities, kernel: for the record. */
  readonly settings: object;
  /** Base delays without queueing and what the forward direction holds. */
  readonly path: PathFigures;
  /** Time zero of loss, rate and steps, now or at `atUs`; before it the link has its base delay and nothing else. */
  start(atUs?: number): Promise<{ readonly startUs: number }>;
  /** The true rate of the forward direction over a window since the start, ms, in bit/s. */
  capacityBps(fromMs: number, toMs: number): number;
  audit(): Promise<LinkAudit>;
  /** Ends everything that still runs there. Idempotent. */
  close(): Promise<void>;
}

/** Base figures of a profile. */
export interface PathFigures {
  readonly oneWayMs: number;
  readonly rttMs: number;
  /** Of the faster direction, bytes: what socket buffers have to hold. */
  readonly bdpBytes: number;
}

/** Which link to open. */
export interface LinkOptions {
  readonly profile: string;
  readonly seed: number;
  /** Packets that a TCP connection may send before the first acknowledgement; absent: the kernel's 10. */
  readonly initialWindow?: number;
}

/** Opens links. */
export type LinkOpener = (options: LinkOptions) => Promise<Link>;
