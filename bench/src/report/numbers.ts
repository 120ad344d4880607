/** Values of metrics as people read them. */

/** What the values of a metric are counted in. */
export type Unit = 'ms' | 'share' | string;

/** `312 ms`, `1.24 %`; the unit is left out with `bare`. */
export function format(value: number, unit: Unit, style: 'full' | 'bare' = 'full'): string {
  if (!Number.isFinite(value)) return '-';
  const [figure, sign] = unit === 'share' ? [percent(value), '%'] : [digits(value), unit];
  return style === 'bare' || sign === '' ? figure : `${figure} ${sign}`;
}

/** `+12 ms`, `−1.2 points`: differences say which way; those of shares are percentage points. */
export function formatDifference(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return '-';
  const [figure, sign] =
    unit === 'share' ? [percent(Math.abs(value)), 'points'] : [digits(Math.abs(value)), unit];
  const direction = Number(figure) === 0 ? '±' : value > 0 ? '+' : '−';
  return `${direction}${figure} ${sign}`.trim();
}

/** A size of differences without direction: `10 ms`, `0.5 points`. */
export function formatSize(value: number, unit: Unit): string {
  return unit === 'share' ? `${percent(value)} points` : format(value, unit);
}

/** `−31 to −18`: the ends of an interval of differences. */
export function formatRange(low: number, high: number, unit: Unit): string {
  return `${signed(low, unit)} to ${signed(high, unit)}`;
}

function signed(value: number, unit: Unit): string {
  const figure = unit === 'share' ? percent(Math.abs(value)) : digits(Math.abs(value));
  return Number(figure) === 0 ? '0' : `${value > 0 ? '+' : '−'}${figure}`;
}

/** Three figures or whole numbers, whichever is shorter. */
function digits(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || value === 0) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1).replace(/\.0$/, '');
  return value.toFixed(2).replace(/\.?0+$/, '');
}

function percent(share: number): string {
  const value = share * 100;
  const size = Math.abs(value);
  if (size >= 10) return value.toFixed(1);
  return size !== 0 && size < 0.005 ? value.toPrecision(1) : value.toFixed(2).replace(/\.?0+$/, '');
}
