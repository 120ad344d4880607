/** How late the event loop of a measuring process is: what it adds to its own times by itself. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Lateness of a 5 ms timer, microseconds; a timer's own coarseness of up to 1 ms is part of it. */
export interface LoopLag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Starts to watch. The function it returns says what was seen since. */
export function watchLoopLag(): () => LoopLag {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  const us = (ns: number) => Math.max(0, Math.round(ns / 1e3) - RESOLUTION_MS * 1e3);
  return () => ({
    p50: us(histogram.percentile(50)),
    p99: us(histogram.percentile(99)),
    max: us(histogram.max),
  });
}

const RESOLUTION_MS = 5;
