/** Numbers as people read them. Unknown is a dash, never a zero. Pure. */

const unknown = '–';

/** Milliseconds: `1.3 ms`, `178 ms`, `2.4 s`. */
export function milliseconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown;
  if (Math.abs(value) >= 1_000) return `${(value / 1_000).toFixed(1)} s`;
  return `${Math.abs(value) < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

/** Bit/s: `843 kbit/s`, `2.51 Mbit/s`. */
export function bitrate(value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown;
  if (value >= 999_500) return `${(value / 1e6).toFixed(value >= 1e8 ? 0 : 2)} Mbit/s`;
  return `${Math.round(value / 1e3)} kbit/s`;
}

/** Bytes: `640 B`, `12.4 kB`, `3.1 MB`. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown;
  const [unit, size] = (
    [
      ['GB', 1e9],
      ['MB', 1e6],
      ['kB', 1e3],
    ] as const
  ).find(([, at]) => value >= at) ?? ['B', 1];
  return `${size === 1 ? Math.round(value) : (value / size).toFixed(1)} ${unit}`;
}

/** Hundredths: `0.00 %`, `4.8 %`. */
export function percent(value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown;
  return `${value.toFixed(value < 1 ? 2 : 1)} %`;
}

/** A whole number with thousands apart. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown;
  return Math.round(value).toLocaleString('en-US').replaceAll(',', ' ');
}

/** A span of time: `42 s`, `7 min`, `3 h 12 min`, `5 d 2 h`. */
export function duration(valueMs: number | null | undefined): string {
  if (valueMs === null || valueMs === undefined) return unknown;
  const minutes = Math.floor(valueMs / 60_000);
  if (minutes < 1) return `${Math.floor(valueMs / 1_000)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A broadcast's path without the domain everyone has. */
export function broadcastName(path: string): string {
  return path.startsWith('default/') ? path.slice('default/'.length) : path;
}
