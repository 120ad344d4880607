/** Runs inputs of one target and judges them: only coded errors, in time. Knows nothing of processes. */
import { inputAt } from './inputs.js';
import type { FuzzTarget } from './target.js';

/** Something an input did that no input may do. */
export interface Finding {
  readonly target: string;
  /** Its number under the seed, or the name of a case. */
  readonly input: number | string;
  readonly what: string;
  readonly bytes: Uint8Array;
}

/** What a run of inputs came to. */
export interface Tally {
  inputs: number;
  /** Slowest input, ms: the fastest of three runs where the first was over the bound. */
  worstMs: number;
  worstInput: number | string;
  /** Inputs by what came of them: `ok` or a code. */
  readonly outcomes: Map<string, number>;
}

/** A tally of nothing. */
export function emptyTally(): Tally {
  return { inputs: 0, worstMs: 0, worstInput: '', outcomes: new Map() };
}

/** How inputs are judged. */
export interface Rules {
  /** Longest time for one input; none without. */
  readonly maxMs?: number;
  /** Called before each input: a watchdog knows which one hangs. */
  readonly onInput?: (input: number | string) => void;
}

/** Runs the inputs `from` (included) to `to` (not) under `seed`; returns at the first finding. */
export function runRange(
  target: FuzzTarget,
  range: { readonly seed: number; readonly from: number; readonly to: number },
  tally: Tally,
  rules: Rules = {},
): Finding | undefined {
  for (let number = range.from; number < range.to; number++) {
    const finding = runOne(
      target,
      { input: number, bytes: inputAt(target, range.seed, number) },
      tally,
      rules,
    );
    if (finding !== undefined) return finding;
  }
  return undefined;
}

/** Runs one input. */
export function runOne(
  target: FuzzTarget,
  { input, bytes }: { readonly input: number | string; readonly bytes: Uint8Array },
  tally: Tally,
  rules: Rules = {},
): Finding | undefined {
  rules.onInput?.(input);
  const found = (what: string): Finding => ({ target: target.name, input, what, bytes });
  try {
    const { maxMs } = rules;
    let ms = timed(() => count(tally, target.run(bytes)));
    // The machine is shared and collects garbage: what is slow is slow each time.
    for (let again = 0; maxMs !== undefined && ms > maxMs && again < 2; again++) {
      ms = Math.min(
        ms,
        timed(() => target.run(bytes)),
      );
    }
    if (maxMs !== undefined && ms > maxMs) return found(`took ${ms.toFixed(0)} ms, ${maxMs} are allowed`);
    if (ms > tally.worstMs) {
      tally.worstMs = ms;
      tally.worstInput = input;
    }
  } catch (error) {
    return found(signatureOf(error));
  }
  return undefined;
}

/** What tells one fault from another: the error and where it was thrown. */
export function signatureOf(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const frame = /^\s+at (.*)$/m.exec(error.stack ?? '')?.[1] ?? 'nowhere';
  return `${error.name}: ${error.message.slice(0, 200)} at ${frame.replace(/\(?file:.*\/(?=[^/]+\/[^/]+$)/, '')}`;
}

/** The shortest part of `bytes` found within `tries` runs that `isStill` holds for: pieces are left out, then bytes made 0. */
export function minimise(
  bytes: Uint8Array,
  isStill: (bytes: Uint8Array) => boolean,
  { tries }: { readonly tries: number },
): Uint8Array {
  let best = bytes;
  let left = tries;
  for (let size = best.length >>> 1; size > 0 && left > 0; size >>>= 1) {
    for (let at = 0; at < best.length && left > 0; ) {
      const shorter = Uint8Array.from([...best.subarray(0, at), ...best.subarray(at + size)]);
      left--;
      if (isStill(shorter)) best = shorter;
      else at += size;
    }
  }
  return best;
}

function count(tally: Tally, outcome: string): void {
  tally.inputs++;
  tally.outcomes.set(outcome, (tally.outcomes.get(outcome) ?? 0) + 1);
}

/** Time of `run`, ms: on the clock, or of the processor where that is less, since others use it too. */
function timed(run: () => void): number {
  const used = process.cpuUsage();
  const start = performance.now();
  run();
  const ms = performance.now() - start;
  if (ms < WORTH_ASKING_MS) return ms;
  const { user, system } = process.cpuUsage(used);
  return Math.min(ms, (user + system) / 1000);
}

const WORTH_ASKING_MS = 5;
