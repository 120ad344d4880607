/**
 * When viewers are written to. CPU follows the number of writes, so frames are gathered into ticks: at light load a tick
 * follows its frame at once, under load the ticks move apart until half the time is free, at most `tickMaxMs`.
 *
 * Inputs: `wake(output)` for an output that may have something to write, the time.
 * Outputs: `output.pump()` for each of them once a tick, and how long a tick was waited for.
 */

/** Something that writes what its viewer has, as far as its socket takes it. */
export interface Output {
  /** Writes and returns true when it stopped for its share of the tick, not for lack of frames or room. */
  pump(nowMs: number): boolean;
}

/** What a `FanOut` is made of. */
export interface FanOutOptions {
  /** Longest gathering, ms; read at each tick, so that a reload applies. */
  readonly tickMaxMs: () => number;
  readonly nowMs: () => number;
  /** Processor time used so far, ms: what a tick costs is ours to save, what it waits for other programs is not. */
  readonly busyMs: () => number;
  /** Hears how long the oldest frame of a tick waited for it. */
  readonly onTick?: (waitedMs: number) => void;
}

/**
 * `waiting`: outputs are woken and their tick is due. `ticking`: a long tick is cut into slices, so that ingest and links
 * have their turns in between; what is woken meanwhile belongs to the next one.
 */
type State =
  | { readonly name: 'idle' }
  | { readonly name: 'waiting'; readonly sinceMs: number; readonly timer: NodeJS.Timeout | undefined }
  | {
      readonly name: 'ticking';
      readonly rest: Iterator<Output>;
      costMs: number;
      nextSinceMs: number | undefined;
    }
  | { readonly name: 'closed' };

/** One per relay: it measures the load of the event loop that all its outputs share. */
export class FanOut {
  readonly #options: FanOutOptions;
  #woken = new Set<Output>();
  #state: State = { name: 'idle' };
  /** End of the last tick and what it cost. */
  #lastEndMs = 0;
  #lastCostMs = 0;

  constructor(options: FanOutOptions) {
    this.#options = options;
  }

  /** The interval that load asks for now, ms; 0 means at once. */
  get tickMs(): number {
    const wanted = this.#lastCostMs * COST_TO_INTERVAL;
    return wanted < LEAST_INTERVAL_MS ? 0 : Math.min(wanted, this.#options.tickMaxMs());
  }

  /** `output` has something to write. Cheap when it has been woken already. */
  wake(output: Output): void {
    if (this.#state.name === 'closed') return;
    this.#woken.add(output);
    if (this.#state.name === 'idle') this.#schedule(this.#options.nowMs());
    else if (this.#state.name === 'ticking') this.#state.nextSinceMs ??= this.#options.nowMs();
  }

  /** Writes to one output now, whatever the tick: a new viewer does not wait for the load of others. */
  pumpNow(output: Output): void {
    if (this.#state.name === 'closed') return;
    if (output.pump(this.#options.nowMs())) setImmediate(() => this.pumpNow(output));
  }

  /** Nothing is written any more. Idempotent. */
  close(): void {
    if (this.#state.name === 'waiting') clearTimeout(this.#state.timer);
    this.#state = { name: 'closed' };
    this.#woken.clear();
  }

  #schedule(sinceMs: number): void {
    const waitMs = this.tickMs - (this.#options.nowMs() - this.#lastEndMs);
    if (waitMs > 0) {
      this.#state = { name: 'waiting', sinceMs, timer: setTimeout(() => this.#begin(), waitMs) };
    } else {
      this.#state = { name: 'waiting', sinceMs, timer: undefined };
      // After the callback that brought the frame: all frames of one read go out in one write.
      process.nextTick(() => this.#begin());
    }
  }

  #begin(): void {
    if (this.#state.name !== 'waiting') return;
    this.#options.onTick?.(this.#options.nowMs() - this.#state.sinceMs);
    const outputs = this.#woken;
    this.#woken = new Set();
    this.#state = { name: 'ticking', rest: outputs.values(), costMs: 0, nextSinceMs: undefined };
    this.#slice();
  }

  #slice(): void {
    const ticking = this.#state;
    if (ticking.name !== 'ticking') return;
    const { nowMs: clock, busyMs } = this.#options;
    const startBusyMs = busyMs();
    const startMs = clock();
    let nowMs = startMs;
    for (let next = ticking.rest.next(); next.done !== true; next = ticking.rest.next()) {
      const output = next.value;
      if (output.pump(nowMs)) setImmediate(() => this.wake(output));
      nowMs = clock();
      if (nowMs - startMs < SLICE_MS) continue;
      ticking.costMs += Math.min(nowMs - startMs, busyMs() - startBusyMs);
      setImmediate(() => this.#slice());
      return;
    }
    // An output may have closed everything.
    if (this.#state !== ticking) return;
    this.#lastEndMs = nowMs;
    this.#lastCostMs = ticking.costMs + Math.min(nowMs - startMs, busyMs() - startBusyMs);
    this.#state = { name: 'idle' };
    if (this.#woken.size > 0) this.#schedule(ticking.nextSinceMs ?? nowMs);
  }
}

/** The interval is the cost: half of the time is left to everything else when ticks follow back to back. */
const COST_TO_INTERVAL = 1;
/** Shorter intervals are not worth a timer. */
const LEAST_INTERVAL_MS = 1;
/** Longest turn of the event loop that writes take. */
const SLICE_MS = 10;
