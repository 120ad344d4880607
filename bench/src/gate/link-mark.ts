/** By what a baseline knows the link of a profile again: a changed profile is named and not compared. */
import { createHash } from 'node:crypto';
import { profileText } from '../report/texts.js';

/**
 * `190 ms, 50 Mbit/s, loss 0.5 % in bursts of 3 ms #6cd0debc1130`: words for people, and a hash of everything that shapes
 * packets. Where values come from, and how the profile is described, is no part of it. `link` is one of plan.json.
 */
export function linkMark(name: string, link: unknown): string {
  const { rttMs, forward, reverse } = (link ?? {}) as Record<string, unknown>;
  const shape = canonical({ rttMs, forward, reverse });
  const hash = createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, HASH_LETTERS);
  const { brief } = profileText(name, link, { oneWayMs: 0, rttMs: 0 });
  return `${brief} #${hash}`.trim();
}

/** The same value with the keys of every object in order. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner)]));
}

const HASH_LETTERS = 12;
