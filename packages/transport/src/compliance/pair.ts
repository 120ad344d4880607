/** What the compliance suite is run against. */
import type { Connection } from '../connection.js';

/** Limits of both ends of a pair. Sizes in bytes. */
export interface PairOptions {
  readonly maxConcurrentUni: number;
  readonly maxConcurrentBidi: number;
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
  readonly sendBufferBytes: number;
  readonly idleTimeoutMs: number;
}

/** Two connected ends that nobody has attached to yet. They run by themselves: events come without the suite's doing. */
export interface Pair {
  readonly dialer: Connection;
  readonly acceptor: Connection;
  /** From now on nothing crosses, in either direction, and no close is heard. */
  vanish(): void;
  /**
   * Resolves when what is under way has had time to arrive and to be answered. In virtual time: when nothing moves.
   * In real time: after some round trips. It only sharpens asserts that nothing more happens; every wait for
   * something is on an event.
   */
  settle(): Promise<void>;
  /** Frees everything, whatever state it is in. */
  close(): Promise<void>;
}

/** Whether `condition` comes true within the time that a transport may take. For what has no event of its own. */
export async function comesTrue(pair: Pair, condition: () => boolean): Promise<boolean> {
  let isTrue = condition();
  for (let round = 0; round < MOST_ROUNDS && !isTrue; round++) {
    await pair.settle();
    isTrue = condition();
  }
  return isTrue;
}

/** In real time some seconds: what takes longer is not late but wrong. */
const MOST_ROUNDS = 200;

/** Makes a connected pair. */
export type MakePair = (options: PairOptions) => Promise<Pair>;

/** Small enough to be filled quickly, large enough to move. */
export const DEFAULT_PAIR_OPTIONS: PairOptions = {
  maxConcurrentUni: 64,
  maxConcurrentBidi: 16,
  streamWindowBytes: 256 * 1024,
  connectionWindowBytes: 1024 * 1024,
  sendBufferBytes: 64 * 1024,
  idleTimeoutMs: 10_000,
};

/** What an engine may hold besides the windows and the send buffer: packets, headers. */
const SLACK_BYTES = 64 * 1024;

/** Most that one writer can get rid of while its reader takes nothing. Twice the window: an engine may drain into a buffer of its own. */
export function streamBoundBytes(options: PairOptions): number {
  return 2 * options.streamWindowBytes + options.sendBufferBytes + SLACK_BYTES;
}

/** Most that has left the send buffers and not reached a reader: it cannot be overtaken any more. */
export function underWayBoundBytes(options: PairOptions): number {
  return 2 * options.connectionWindowBytes + SLACK_BYTES;
}

/** Most that `streams` writers together can get rid of while no reader takes anything. */
export function connectionBoundBytes(options: PairOptions, streams: number): number {
  return underWayBoundBytes(options) + streams * options.sendBufferBytes;
}
