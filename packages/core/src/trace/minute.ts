/** The delays of the frames of the last minute, and what they were made of. */
import * as Parts from './parts.js';

/** How late the frames at one quantile were, and the parts of that. */
export interface Quantile {
  readonly totalMs: number;
  /** They sum up to `totalMs`. */
  readonly parts: Readonly<Parts.PartTimes>;
}

/** The frames of one second: the means of their parts. */
export interface SecondView {
  readonly frames: number;
  readonly worstMs: number;
  readonly parts: Readonly<Parts.PartTimes>;
}

/** What a `Minute` knows. */
export interface MinuteView {
  readonly frames: number;
  readonly p50: Quantile;
  readonly p95: Quantile;
  readonly p99: Quantile;
  readonly worstMs: number;
  /** Frames that waited for lost packets, and how long on average. */
  readonly recovered: { readonly frames: number; readonly meanMs: number };
  /** Key frames and the means of their parts. */
  readonly keys: SecondView;
  /** Seconds that are over, the oldest first, `MINUTE_S` of them. */
  readonly seconds: readonly SecondView[];
}

/** Seconds that are looked back on. */
export const MINUTE_S = 60;

/**
 * Input: `add` for each frame, with its parts. Output: `view`. Keeps the sums of each second, and a histogram of the totals
 * for each ten seconds whose cells hold the sums of the parts of their frames: so a quantile can say what it was made of.
 * Bounded: `MINUTE_S` rows of sums and `SLICES` histograms of `CELLS` cells, made as they are needed.
 */
export class Minute {
  #seconds: Float64Array | undefined;
  #newestSecond = Number.NEGATIVE_INFINITY;
  readonly #slices: Slice[] = [];

  /** One frame; `parts` are in the order of `DELAY_PARTS`. `nowMs` may be up to a minute ago. */
  add(parts: ArrayLike<number>, isKey: boolean, nowMs: number): void {
    const second = Math.floor(nowMs / 1_000);
    this.#turnTo(second);
    if (second <= this.#newestSecond - MINUTE_S || this.#seconds === undefined) return;
    const totalMs = totalOf(parts);
    const row = rowOf(second);
    addTo(this.#seconds, row, parts);
    this.#seconds[row + WORST] = Math.max(this.#seconds[row + WORST] as number, totalMs);
    const slice = this.#slice(Math.floor(second / SLICE_S));
    const cell = cellOf(totalMs);
    let sums = slice.cells[cell];
    if (sums === undefined) {
      sums = new Float64Array(FIELDS);
      slice.cells[cell] = sums;
    }
    addTo(sums, 0, parts);
    if (!isKey) return;
    addTo(slice.keys, 0, parts);
    slice.keys[WORST] = Math.max(slice.keys[WORST] as number, totalMs);
  }

  /** The minute before `nowMs`; undefined when no frame came in it. */
  view(nowMs: number): MinuteView | undefined {
    const now = Math.floor(nowMs / 1_000);
    const oldest = Math.floor((now - MINUTE_S) / SLICE_S) + 1;
    const slices = this.#slices.filter(({ number }) => number >= oldest);
    const cells = new Float64Array(CELLS * FIELDS);
    const keys = new Float64Array(FIELDS);
    for (const slice of slices) {
      slice.cells.forEach((sums, cell) => {
        addSums(cells, cell * FIELDS, sums);
      });
      addSums(keys, 0, slice.keys);
    }
    let frames = 0;
    for (let cell = 0; cell < CELLS; cell += 1) frames += cells[cell * FIELDS + COUNT] as number;
    if (frames === 0) return undefined;
    const seconds = this.#secondsUntil(now);
    return {
      frames,
      p50: quantile(cells, frames * 0.5),
      p95: quantile(cells, frames * 0.95),
      p99: quantile(cells, frames * 0.99),
      worstMs: Math.max(...seconds.map(({ worstMs }) => worstMs), this.#worstOf(now)),
      recovered: recovered(cells),
      keys: secondView(keys, 0),
      seconds,
    };
  }

  /** Makes room for `second`, when it is a new one. */
  #turnTo(second: number): void {
    if (second <= this.#newestSecond) return;
    this.#seconds ??= new Float64Array(MINUTE_S * FIELDS);
    const passed = Math.min(MINUTE_S, second - this.#newestSecond);
    for (let at = second - passed + 1; at <= second; at += 1) {
      this.#seconds.fill(0, rowOf(at), rowOf(at) + FIELDS);
    }
    this.#newestSecond = second;
  }

  /** Never one that a newer one has replaced: what is over a minute old does not come here. */
  #slice(number: number): Slice {
    const at = number % SLICES;
    const known = this.#slices[at];
    if (known?.number === number) return known;
    const slice = { number, cells: [], keys: new Float64Array(FIELDS) };
    this.#slices[at] = slice;
    return slice;
  }

  #secondsUntil(now: number): SecondView[] {
    return Array.from({ length: MINUTE_S }, (_, at) => {
      const second = now - MINUTE_S + at;
      return this.#knows(second) ? secondView(this.#seconds as Float64Array, rowOf(second)) : EMPTY_SECOND;
    });
  }

  #worstOf(second: number): number {
    return this.#knows(second) ? ((this.#seconds as Float64Array)[rowOf(second) + WORST] as number) : 0;
  }

  #knows(second: number): boolean {
    return second <= this.#newestSecond && second > this.#newestSecond - MINUTE_S;
  }
}

/** Ten seconds. */
interface Slice {
  /** Tens of seconds since the clock began. */
  readonly number: number;
  /** Sums of the frames whose total is in this cell of the histogram. */
  readonly cells: Float64Array[];
  readonly keys: Float64Array;
}

const PARTS = Parts.DELAY_PARTS.length;
const RECOVERY = Parts.DELAY_PARTS.indexOf('recovery');
/** Of a row of sums, behind the parts: how many frames, the worst of them, and how many waited for lost packets. */
const COUNT = PARTS;
const WORST = PARTS + 1;
const WAITED = PARTS + 2;
const FIELDS = PARTS + 3;

/** Less is the turn of an event loop, ms. */
const LEAST_WAIT_MS = 1;

const SLICE_S = 10;
/** The minute and the slice that it begins in. */
const SLICES = MINUTE_S / SLICE_S + 1;

/** Cell 0 is below 1 ms, each following one is wider by a tenth; the last one holds what is over half a minute. */
const CELLS = 110;
const GROWTH = Math.log(1.1);

function cellOf(totalMs: number): number {
  if (!(totalMs >= 1)) return 0;
  return Math.min(CELLS - 1, 1 + Math.floor(Math.log(totalMs) / GROWTH));
}

/** The total that cell `at` begins with, from the second cell on. */
function startOf(at: number): number {
  return Math.exp((at - 1) * GROWTH);
}

function rowOf(second: number): number {
  return (((second % MINUTE_S) + MINUTE_S) % MINUTE_S) * FIELDS;
}

function totalOf(parts: ArrayLike<number>): number {
  let totalMs = 0;
  for (let part = 0; part < PARTS; part += 1) totalMs += parts[part] as number;
  return totalMs;
}

function addTo(sums: Float64Array, at: number, parts: ArrayLike<number>): void {
  for (let part = 0; part < PARTS; part += 1) {
    sums[at + part] = (sums[at + part] as number) + (parts[part] as number);
  }
  sums[at + COUNT] = (sums[at + COUNT] as number) + 1;
  if ((parts[RECOVERY] as number) >= LEAST_WAIT_MS) sums[at + WAITED] = (sums[at + WAITED] as number) + 1;
}

function addSums(sums: Float64Array, at: number, more: Float64Array): void {
  for (let field = 0; field < FIELDS; field += 1) {
    const [old, added] = [sums[at + field] as number, more[field] as number];
    sums[at + field] = field === WORST ? Math.max(old, added) : old + added;
  }
}

/** The frame that `rank` frames come before, with the parts of those in its cell. */
function quantile(cells: Float64Array, rank: number): Quantile {
  let before = 0;
  let at = 0;
  for (let cell = 0; cell < CELLS; cell += 1) {
    const count = cells[cell * FIELDS + COUNT] as number;
    if (count === 0) continue;
    at = cell;
    if (before + count >= rank) break;
    before += count;
  }
  const { frames, parts } = secondView(cells, at * FIELDS);
  const meanMs = Parts.sum(parts);
  // Within a cell as if its frames were spread evenly around the mean that they really have; the outer cells have no width.
  if (at === 0 || at === CELLS - 1) return { totalMs: meanMs, parts };
  const [startMs, endMs] = [startOf(at), startOf(at + 1)];
  const shiftMs = ((rank - before) / frames - 0.5) * (endMs - startMs);
  const totalMs = Math.min(endMs, Math.max(startMs, meanMs + shiftMs));
  return { totalMs, parts: Parts.scaled(parts, totalMs / meanMs) };
}

function recovered(cells: Float64Array): MinuteView['recovered'] {
  let frames = 0;
  let sumMs = 0;
  for (let at = 0; at < cells.length; at += FIELDS) {
    frames += cells[at + WAITED] as number;
    sumMs += cells[at + RECOVERY] as number;
  }
  return { frames, meanMs: frames === 0 ? 0 : sumMs / frames };
}

function secondView(sums: Float64Array, at: number): SecondView {
  const frames = sums[at + COUNT] as number;
  const parts = Parts.none();
  if (frames > 0) {
    Parts.DELAY_PARTS.forEach((part, index) => {
      parts[part] = (sums[at + index] as number) / frames;
    });
  }
  return { frames, worstMs: sums[at + WORST] as number, parts };
}

const EMPTY_SECOND: SecondView = { frames: 0, worstMs: 0, parts: Parts.none() };
