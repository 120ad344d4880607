/**
 * When viewers are written to. CPU follows the number of writes, so frames are gathered into ticks: at light load a tick
 * follows its frame at once, under load the ticks move apart until half the time is free, at most `tickMaxMs`.
 *
 * Inputs: `wake(output)` for an output that may have something to write, the time.
 * Outputs: `output.pump()` for each of them once a tick, and what a tick waited.
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
  /** Hears how long the oldest frame of a tick waited for it. */
  readonly onTick?: (waitedMs: number) => void;
}

/** One per relay: it measures the load of the event loop that all its outputs share. */
export class FanOut {
  readonly #options: FanOutOptions;
  #woken = new Set<Output>();
  #state:
    | { name: 'idle' }
    | { name: 'waiting'; sinceMs: number; timer: NodeJS.Timeout | undefined }
    | { name: 'closed' } = {
    name: 'idle',
  };
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
    if (this.#state.name === 'waiting') return;
    const nowMs = this.#options.nowMs();
    const waitMs = this.tickMs - (nowMs - this.#lastEndMs);
    if (waitMs > 0) {
      this.#state = { name: 'waiting', sinceMs: nowMs, timer: setTimeout(() => this.#tick(), waitMs) };
    } else {
      this.#state = { name: 'waiting', sinceMs: nowMs, timer: undefined };
      // After the callback that brought the frame: all frames of one read go out in one write.
      process.nextTick(() => this.#tick());
    }
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

  #tick(): void {
    if (this.#state.name !== 'waiting') return;
    const nowMs = this.#options.nowMs();
    this.#options.onTick?.(nowMs - this.#state.sinceMs);
    this.#state = { name: 'idle' };
    const outputs = this.#woken;
    this.#woken = new Set();
    for (const output of outputs) if (output.pump(nowMs)) setImmediate(() => this.wake(output));
    this.#lastEndMs = this.#options.nowMs();
    this.#lastCostMs = this.#lastEndMs - nowMs;
  }
}

/** Half of the time is left to everything else when ticks follow back to back. */
const COST_TO_INTERVAL = 1;
/** Shorter intervals are not worth a timer. */
const LEAST_INTERVAL_MS = 1;
