/** Follows the frames of a broadcast one by one, for a stated time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Broadcast, FrameTrace, type TracedFrame } from '@longhaul/core';
import type { FrameFigure, TraceAnswer } from './trace-figures.js';

/** How a peer's clock stands to ours. */
export type ClockOffset = TraceAnswer['clocks'][number];

/** What a tracer works with. */
export interface TracerOptions {
  readonly relay: () => string;
  readonly nowMs: () => number;
  readonly clocks: () => ClockOffset[];
}

/** At most `MAX_TRACES` at a time, one a broadcast. */
export class Tracer {
  readonly #options: TracerOptions;
  readonly #closing = new AbortController();
  #running = 0;

  constructor(options: TracerOptions) {
    this.#options = options;
  }

  /** Whether a trace is under way. */
  get isRunning(): boolean {
    return this.#running > 0;
  }

  /** Ends what is under way: each is answered with what it has. */
  close(): void {
    this.#closing.abort();
  }

  /** Resolves when the time is over or `gone` says so. Rejects with a RangeError when it cannot begin. */
  async trace(broadcast: Broadcast, seconds: number, gone: AbortSignal): Promise<TraceAnswer> {
    const signal = AbortSignal.any([gone, this.#closing.signal]);
    if (broadcast.delays.trace !== undefined)
      throw new RangeError(`${broadcast.path} is being traced already`);
    if (this.#running >= MAX_TRACES)
      throw new RangeError(`${MAX_TRACES} broadcasts are being traced already`);
    const trace = new FrameTrace();
    broadcast.delays.trace = trace;
    this.#running += 1;
    try {
      await sleep(seconds * 1_000, undefined, { signal }).catch(() => undefined);
      const last = trace.frames.at(-1)?.ordinal ?? -1;
      // What has come by now may still be on its way to the peer and back.
      if (!signal.aborted) await sleep(TAIL_MS, undefined, { signal }).catch(() => undefined);
      return this.#answer(broadcast, trace, last);
    } finally {
      broadcast.delays.trace = undefined;
      this.#running -= 1;
    }
  }

  #answer(broadcast: Broadcast, trace: FrameTrace, last: number): TraceAnswer {
    const { relay, nowMs, clocks } = this.#options;
    return {
      relay: relay(),
      broadcast: broadcast.path,
      epoch: broadcast.epoch,
      nowMs: nowMs(),
      clocks: clocks(),
      leftOut: trace.leftOut,
      frames: trace.frames.filter(({ ordinal }) => ordinal <= last).map(figureOf),
    };
  }
}

function figureOf(frame: TracedFrame): FrameFigure {
  const { firstMs, passedMs, cameMs, orderedMs, writtenMs, sendings, ...rest } = frame;
  return {
    ...rest,
    firstMs: firstMs ?? null,
    passedMs: passedMs ?? null,
    cameMs,
    orderedMs: orderedMs ?? null,
    writtenMs: writtenMs ?? null,
    sendings: sendings.map(({ peer, handedMs, firstSentMs, lastSentMs, ackedMs, lostBytes }) => ({
      peer,
      handedMs: handedMs ?? null,
      firstSentMs: firstSentMs ?? null,
      lastSentMs: lastSentMs ?? null,
      ackedMs: ackedMs ?? null,
      lostBytes,
    })),
  };
}

/** Broadcasts traced at a time. */
const MAX_TRACES = 4;
/** How long what has come is followed further. */
const TAIL_MS = 1_000;
