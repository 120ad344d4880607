/** Goes through the runs of a plan: some at a time, invalid ones again, each record written at once. */
import { rm } from 'node:fs/promises';
import { type RunRecord, writeRun } from '../records/index.js';
import type { Pending, Plan, ResultDirectory } from './plan.js';
import type { RunSpec } from './spec.js';

/** How far a benchmark is. */
export interface RunnerState {
  /** Runs that are over, whichever way, of all that were pending. */
  readonly done: number;
  readonly total: number;
  readonly invalidAttempts: number;
  /** What runs now: `hk-fra seed 1 tcp-bbr`. */
  readonly current: readonly string[];
  readonly leftMs: number;
}

/** What the runner works with. */
export interface RunnerOptions {
  readonly plan: Plan;
  readonly directory: ResultDirectory;
  /** Makes one run; its record is worth nothing once `signal` has aborted. */
  readonly runOne: (spec: RunSpec, signal: AbortSignal) => Promise<RunRecord>;
  /** Ends the run under way and begins none. */
  readonly signal: AbortSignal;
  /** A line for each run that is over. */
  readonly onLine: (line: string) => void;
}

/** What of a run is not its scenario, s: processes start, the link is opened and closed. For the first guess of the time left. */
const OVERHEAD_S = 6;

/** Inputs: `run`, the end of each run, `signal`. Outputs: records in the result directory, `state`. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #queue: Pending[];
  readonly #current = new Map<Pending, string>();
  readonly #total: number;
  #done = 0;
  #invalidAttempts = 0;
  #spentMs = 0;
  #attempts = 0;

  constructor(options: RunnerOptions, pending: readonly Pending[]) {
    this.#options = options;
    this.#queue = [...pending];
    this.#total = pending.length;
  }

  get state(): RunnerState {
    const { durationS, warmUpS, jobs } = this.#options.plan;
    const guessMs = (durationS + warmUpS + OVERHEAD_S) * 1000;
    const eachMs = this.#attempts === 0 ? guessMs : this.#spentMs / this.#attempts;
    return {
      done: this.#done,
      total: this.#total,
      invalidAttempts: this.#invalidAttempts,
      current: [...this.#current.values()],
      leftMs: ((this.#queue.length + this.#current.size / 2) * eachMs) / jobs,
    };
  }

  /** Resolves when every run is over, or soon after `signal` has aborted. Rejects when there can be no link. */
  async run(): Promise<void> {
    const { plan, directory } = this.#options;
    await Promise.all(Array.from({ length: plan.jobs }, () => this.#work()));
    await rm(directory.work, { recursive: true, force: true });
  }

  async #work(): Promise<void> {
    const { signal } = this.#options;
    for (let next = this.#queue.shift(); next !== undefined && !signal.aborted; next = this.#queue.shift()) {
      await this.#repeat(next);
    }
  }

  async #repeat(pending: Pending): Promise<void> {
    const { plan, signal } = this.#options;
    let attempt = pending.failedAttempts;
    let valid = false;
    while (!valid && attempt < plan.maxAttempts && !signal.aborted) {
      attempt += 1;
      valid = await this.#attempt(pending, attempt);
    }
    if (!signal.aborted) this.#done += 1;
  }

  /** True when the run is valid and its record written. */
  async #attempt(pending: Pending, attempt: number): Promise<boolean> {
    const { directory, runOne, signal, onLine } = this.#options;
    const { spec } = pending;
    const name = `${spec.profile} seed ${spec.seed} ${spec.arm}${spec.scenario === 'live' ? '' : ` ${spec.scenario}`}`;
    this.#current.set(pending, name);
    const startMs = performance.now();
    try {
      const record = await runOne(spec, signal);
      if (signal.aborted) return false;
      const { validity } = record;
      const valid = validity.state === 'valid';
      await writeRun(valid ? directory.run(spec) : directory.invalid(spec, attempt), record);
      this.#attempts += 1;
      this.#spentMs += performance.now() - startMs;
      if (!valid) this.#invalidAttempts += 1;
      const position = `[${this.#done + 1}/${this.#total}]`;
      onLine(
        validity.state === 'valid'
          ? `${position} ${name}`
          : `${position} ${name}: INVALID, attempt ${attempt}: ${validity.reasons.join('; ')}`,
      );
      return valid;
    } finally {
      this.#current.delete(pending);
    }
  }
}
