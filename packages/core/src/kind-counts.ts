/** Numbers of frames by kind. */
import type { FrameKind } from './frame.js';

/** A number of frames for each kind. */
export type KindCounts = Record<FrameKind, number>;

/** All kinds, in the order they are listed everywhere. */
export const FRAME_KINDS: readonly FrameKind[] = ['init', 'key', 'delta', 'discardable', 'audio', 'data'];

/** No frames yet. */
export function zero(): KindCounts {
  return { init: 0, key: 0, delta: 0, discardable: 0, audio: 0, data: 0 };
}

/** A copy. */
export function copy(counts: Readonly<KindCounts>): KindCounts {
  return { ...counts };
}

/** Adds `more` to `counts` in place. */
export function add(counts: KindCounts, more: Readonly<KindCounts>): void {
  for (const kind of FRAME_KINDS) counts[kind] += more[kind];
}

/** The sum of all, kind by kind. */
export function sum(...all: readonly Readonly<KindCounts>[]): KindCounts {
  const result = zero();
  for (const counts of all) add(result, counts);
  return result;
}

/** `a - b`, kind by kind. */
export function difference(a: Readonly<KindCounts>, b: Readonly<KindCounts>): KindCounts {
  const result = zero();
  for (const kind of FRAME_KINDS) result[kind] = a[kind] - b[kind];
  return result;
}

/** Of all kinds together. */
export function total(counts: Readonly<KindCounts>): number {
  let sum = 0;
  for (const kind of FRAME_KINDS) sum += counts[kind];
  return sum;
}
