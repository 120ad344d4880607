/** What the processes of `bench:hop` say to each other over their IPC channels. */
import type { Percentiles } from '@longhaul/cli';
import type { CountedRange, HopPlan } from './schedule.js';

/** Where a worker sends or reads: `base` is `rtmp://HOST:PORT/APP` or `http://HOST:PORT/APP`. */
export interface WorkerTask {
  readonly base: string;
  readonly plan: HopPlan;
  readonly range: CountedRange;
  /** Hold idle broadcasts open instead of sending. */
  readonly idle: boolean;
}

/** From the parent. `go`: the generator sends. `stop`: the report, then the end. */
export type ToWorker =
  | { readonly type: 'task'; readonly task: WorkerTask }
  | { readonly type: 'go' }
  | { readonly type: 'stop' };

/** From a worker. */
export type FromWorker =
  /** Every broadcast is accepted (generator) or asked for (sink). */
  | { readonly type: 'ready' }
  /** Counted frames begin, and are over. */
  | { readonly type: 'counting' }
  | { readonly type: 'counted' }
  | { readonly type: 'report'; readonly report: GeneratorReport | SinkReport }
  | { readonly type: 'failed'; readonly reason: string };

/** What was sent in the counted time. */
export interface GeneratorReport {
  readonly frames: number;
  readonly payloadBytes: number;
  /** How much later than due frames left, ms. */
  readonly lateMs: Percentiles | undefined;
  /** Most bytes that waited for one socket. */
  readonly mostQueuedBytes: number;
}

/** What came of the counted frames. */
export interface SinkReport {
  readonly frames: number;
  readonly payloadBytes: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Frames that came behind a later one of the same broadcast. */
  readonly reordered: number;
  /** Broadcasts whose response ended. */
  readonly ended: number;
  /** From just before the write to the read of the last byte, ms. */
  readonly delayMs: Percentiles | undefined;
}
