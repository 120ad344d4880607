/** Processor time and memory of processes over a run, from Linux's /proc (proc(5)). */
import { readFileSync } from 'node:fs';
import type { Series } from '../records/index.js';

/** One process by the name it has in the record. */
export interface Watched {
  readonly name: string;
  readonly pid: number;
}

interface Reading {
  readonly cpuTicks: number;
  readonly rssBytes: number;
}

/** USER_HZ: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** Inputs: `begin`, timer, `end`. Outputs: shares of a core by process, and a series of shares and memory. */
export class ProcessMeter {
  readonly #everyMs: number;
  readonly #watched: Watched[] = [];
  readonly #first = new Map<string, Reading>();
  readonly #last = new Map<string, Reading>();
  readonly #timeUs: number[] = [];
  readonly #columns = new Map<string, (number | null)[]>();
  #timer: NodeJS.Timeout | undefined;
  #beganUs = 0;
  #endedUs = 0;

  constructor(everyMs = 500) {
    this.#everyMs = everyMs;
  }

  /** Counts these processes from now on. */
  begin(watched: readonly Watched[]): void {
    this.#watched.push(...watched);
    this.#beganUs = nowUs();
    for (const { name, pid } of watched) {
      const reading = read(pid);
      if (reading !== undefined) this.#first.set(name, reading);
    }
    this.#timer = setInterval(() => this.#sample(), this.#everyMs);
  }

  /** Counts no more. Idempotent. */
  end(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#sample();
    this.#endedUs = nowUs();
  }

  /** Share of one core that each process used, threads and all; of one that ended, up to its last sample. */
  shares(): Record<string, number> {
    const seconds = (this.#endedUs - this.#beganUs) / 1e6;
    const shares: Record<string, number> = {};
    for (const [name, first] of this.#first) {
      const ticks = (this.#last.get(name)?.cpuTicks ?? first.cpuTicks) - first.cpuTicks;
      if (seconds > 0) shares[name] = round(ticks / TICKS_PER_SECOND / seconds);
    }
    return shares;
  }

  /** `NAME.cpuShare` and `NAME.rssBytes` over time. */
  series(): Series {
    return { name: 'processes', timeUs: this.#timeUs, columns: Object.fromEntries(this.#columns) };
  }

  #sample(): void {
    const timeUs = nowUs();
    const seconds = (timeUs - (this.#timeUs.at(-1) ?? this.#beganUs)) / 1e6;
    for (const { name, pid } of this.#watched) {
      const before = this.#last.get(name) ?? this.#first.get(name);
      const now = read(pid);
      if (now !== undefined) this.#last.set(name, now);
      const ticks = now === undefined || before === undefined ? undefined : now.cpuTicks - before.cpuTicks;
      this.#push(`${name}.cpuShare`, ticks === undefined ? null : round(ticks / TICKS_PER_SECOND / seconds));
      this.#push(`${name}.rssBytes`, now?.rssBytes ?? null);
    }
    this.#timeUs.push(timeUs);
  }

  #push(column: string, value: number | null): void {
    const values = this.#columns.get(column) ?? [];
    values.push(value);
    this.#columns.set(column, values);
  }
}

/** Microseconds of CLOCK_MONOTONIC. */
export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

function read(pid: number): Reading | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name is in parentheses and may hold anything; utime, stime and rss are fields 14, 15 and 24.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    cpuTicks: Number(fields[11]) + Number(fields[12]),
    rssBytes: Number(fields[21]) * PAGE_BYTES,
  };
}

function round(share: number): number {
  return Math.round(share * 1000) / 1000;
}
