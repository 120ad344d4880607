/** The link's true rate over time, from the profile alone. */
import type { Direction, Path, ResolvedProfile } from './profile.js';

/** Bits that the bottleneck of `path` could serve from `fromMs` to `toMs` after time zero. */
export function capacityBits(path: Path, fromMs: number, toMs: number): number {
  const { bottleneck } = path;
  if (bottleneck.kind === 'trace') {
    return OPPORTUNITY_BITS * (opportunities(bottleneck.ms, toMs) - opportunities(bottleneck.ms, fromMs));
  }
  let bits = 0;
  let bps = bottleneck.bps;
  let since = fromMs;
  for (const step of path.steps) {
    if (step.kind !== 'rate' || step.atMs >= toMs) continue;
    if (step.atMs > since) {
      bits += (bps * (step.atMs - since)) / 1000;
      since = step.atMs;
    }
    bps = step.bps;
  }
  return bits + (bps * (toMs - since)) / 1000;
}

/** The mean rate from `fromMs` to `toMs` after time zero, bits per second. */
export function capacityBps(
  profile: ResolvedProfile,
  direction: Direction,
  fromMs: number,
  toMs: number,
): number {
  return toMs > fromMs ? (capacityBits(profile[direction], fromMs, toMs) * 1000) / (toMs - fromMs) : 0;
}

/** Opportunities of a repeated trace before `untilMs`. */
function opportunities(trace: readonly number[], untilMs: number): number {
  const period = trace.at(-1) ?? 1;
  // The last entry of a period lies at its end, which is before the next one begins.
  const whole = Math.max(0, Math.ceil(untilMs / period) - 1);
  const within = untilMs - whole * period;
  return whole * trace.length + firstAtOrAfter(trace, within);
}

function firstAtOrAfter(trace: readonly number[], ms: number): number {
  let low = 0;
  let high = trace.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((trace[middle] as number) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** 1,500 bytes a line. */
const OPPORTUNITY_BITS = 12_000;
