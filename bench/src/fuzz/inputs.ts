/** Which input has which number: the same seed and number give the same input, on every machine. */
import { Random } from '@longhaul/testkit';
import { mutate } from './mutate.js';
import type { FuzzTarget } from './target.js';

/** Input `number` (0, 1, 2 ...) of `target` under `seed`. */
export function inputAt(target: FuzzTarget, seed: number, number: number): Uint8Array {
  const random = new Random(hash(seed, number));
  const written = target.generate !== undefined && random.chance(0.5);
  const base = written ? (target.generate?.(random) as Uint8Array) : random.pick(target.seeds);
  return written && random.chance(0.6) ? base : mutate(base, random, target.seeds);
}

function hash(seed: number, number: number): number {
  let value = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(number + 1, 0xc2b2ae35);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) | 0;
}
