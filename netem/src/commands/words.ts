/** Values of a profile in words. */
import { capacityBits } from '../profile/capacity.js';
import type { Loss, Path, Step } from '../profile/profile.js';

/** `50`, or `trace 4.6` with the mean of a trace, Mbit/s. */
export function rateWords({ bottleneck }: Path): string {
  if (bottleneck.kind === 'rate') return compact(bottleneck.bps / 1e6);
  const period = bottleneck.ms.at(-1) ?? 1;
  return `trace ${((bottleneck.ms.length * 12_000) / (period * 1e3)).toFixed(1)}`;
}

/** Bytes and, where there is a rate, how long they take to drain. */
export function queueWords({ bottleneck, queueBytes }: Path): string {
  const kilobytes = `${compact(queueBytes / 1000)} kB`;
  if (bottleneck.kind !== 'rate') return `${Math.round(queueBytes / 1500)} packets`;
  return `${kilobytes} (${compact((queueBytes * 8e3) / bottleneck.bps)} ms)`;
}

/** `0.5 % in bursts of 3 ms`. */
export function lossWords(loss: Loss): string {
  switch (loss.kind) {
    case 'none':
      return 'none';
    case 'list':
      return `${loss.positions.length} named packets`;
    case 'gilbert': {
      const unit = loss.mode === 'time' ? 'ms' : 'packets';
      return `${compact(loss.share * 100)} % in bursts of ${compact(loss.burst)} ${unit}`;
    }
  }
}

/** A change over time. */
export function stepWords(step: Step): string {
  const at = `at ${compact(step.atMs / 1000)} s`;
  switch (step.kind) {
    case 'oneWay':
      return `${at}: ${compact(step.oneWayMs)} ms one way`;
    case 'rate':
      return `${at}: ${compact(step.bps / 1e6)} Mbit/s`;
    case 'blackhole':
      return `${at}: nothing passes for ${compact(step.lengthMs / 1000)} s`;
  }
}

/** The rate over time, a character a second: height is the share of the highest, a dot is darkness. */
export function rateSketch(path: Path, seconds: number): string {
  const rates = Array.from({ length: seconds }, (_, second) =>
    isDark(path, second * 1000) ? 0 : capacityBits(path, second * 1000, (second + 1) * 1000),
  );
  const highest = Math.max(...rates, 1);
  return rates
    .map((rate) => (rate === 0 ? '·' : BARS[Math.min(7, Math.floor((rate / highest) * 8))]))
    .join('');
}

function isDark(path: Path, fromMs: number): boolean {
  return path.steps.some(
    (step) => step.kind === 'blackhole' && step.atMs < fromMs + 1000 && step.atMs + step.lengthMs > fromMs,
  );
}

/** At most two decimals, none that are zero. */
export const compact = (value: number) => String(Number(value.toFixed(2)));

const BARS = [...'▁▂▃▄▅▆▇█'];
