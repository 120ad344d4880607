/** Goes through the runs of a plan: some at a time, invalid ones again, each record written at once. */
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
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
  /** True for a scenario whose runs are made one after the other. */
  readonly isAlone?: (scenario: string) => boolean;
  /** Makes one run, and has a record also of one that broke; it is worth nothing once `signal` has aborted. */
  readonly runOne: (spec: RunSpec, signal: AbortSignal) => Promise<RunRecord>;
  /** Ends the run under way and begins none. */
  readonly signal: AbortSignal;
  /** A line for each run that is over. */
  readonly onLine: (line: string) => void;
  /** Waits between the starts of two runs; a test gives its own. Resolves early when `signal` aborts, at the latest when all runs are over. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** What of a run is not its scenario, s: processes start, the link is opened and closed. For the first guess of the time left. */
const OVERHEAD_S = 12;
/** Starts of two runs lie this far apart at most. */
const MOST_APART_MS = 5_000;

/**
 * Inputs: `run`, the end of each run, `signal`. Outputs: records in the result directory, `state`.
 *
 * An invalid run goes to the end of the queue: what disturbed it may be over then. The starts of runs that are made at the
 * same time are spread over a run's length: a process that starts takes a processor for itself for some tenths of a second.
 */
export class Runner {
  readonly #options: RunnerOptions;
  #queue: Pending[];
  readonly #current = new Map<Pending, string>();
  readonly #total: number;
  /** Resolves when the next run may start. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Aborts when nobody waits for a turn any more. */
  readonly #over = new AbortController();
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
    const { jobs } = this.#options.plan;
    const eachMs = this.#attempts === 0 ? this.#guessMs : this.#spentMs / this.#attempts;
    const alone = this.#queue.filter(({ spec }) => this.#options.isAlone?.(spec.scenario)).length;
    return {
      done: this.#done,
      total: this.#total,
      invalidAttempts: this.#invalidAttempts,
      current: [...this.#current.values()],
      leftMs: ((this.#queue.length - alone + this.#current.size / 2) / jobs + alone) * eachMs,
    };
  }

  /** Resolves when every run is over, or soon after `signal` has aborted. Rejects when a record cannot be written. */
  async run(): Promise<void> {
    const { plan, directory, isAlone } = this.#options;
    try {
      for (const scenario of plan.scenarios) {
        const jobs = isAlone?.(scenario) === true ? 1 : plan.jobs;
        await Promise.all(Array.from({ length: jobs }, () => this.#work(scenario, jobs)));
      }
    } finally {
      this.#over.abort();
    }
    await rm(directory.work, { recursive: true, force: true });
  }

  /** How long a run is before any has been seen. */
  get #guessMs(): number {
    const { durationS, warmUpS } = this.#options.plan;
    return (durationS + warmUpS + OVERHEAD_S) * 1000;
  }

  async #work(scenario: string, jobs: number): Promise<void> {
    const { signal, plan } = this.#options;
    for (let next = this.#take(scenario); next !== undefined; next = this.#take(scenario)) {
      await this.#start(jobs);
      if (signal.aborted) return;
      const attempt = next.failedAttempts + 1;
      if (await this.#attempt(next, attempt)) this.#done += 1;
      else if (signal.aborted) return;
      else if (attempt < plan.maxAttempts) this.#queue.push({ spec: next.spec, failedAttempts: attempt });
      else this.#done += 1;
    }
  }

  #take(scenario: string): Pending | undefined {
    const next = this.#queue.find(({ spec }) => spec.scenario === scenario);
    this.#queue = this.#queue.filter((each) => each !== next);
    return next;
  }

  /** Resolves when this run may start: the first at once, each other one a while after the one before. */
  async #start(jobs: number): Promise<void> {
    const { signal, pause = wait } = this.#options;
    const apartMs = Math.min(MOST_APART_MS, this.#guessMs / jobs);
    const turn = this.#turn;
    const until = AbortSignal.any([signal, this.#over.signal]);
    this.#turn = turn.then(() => pause(apartMs, until));
    await turn;
  }

  /** True when the run is valid and its record written. */
  async #attempt(pending: Pending, attempt: number): Promise<boolean> {
    const { directory, runOne, signal, onLine } = this.#options;
    const { spec } = pending;
    const name = nameOf(spec);
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

/** `hk-fra seed 1 tcp-bbr`, with the scenario where it is not `live`. */
export function nameOf({ profile, seed, arm, scenario }: RunSpec): string {
  return `${profile} seed ${seed} ${arm}${scenario === 'live' ? '' : ` ${scenario}`}`;
}

/** The wait is often all that there is: between two runs nothing else keeps the process alive. */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
