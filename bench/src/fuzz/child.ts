/** The process that fuzzes: started with --expose-gc, told what to do by its arguments, tells the parent by messages. */
import { openSync, writeSync } from 'node:fs';
import { readCorpus } from './corpus.js';
import { emptyTally, type Finding, minimise, runOne, runRange, signatureOf, type Tally } from './fuzzer.js';
import type { FuzzTarget } from './target.js';
import { TARGETS } from './targets/index.js';

/** What the child is asked for. */
export interface ChildOptions {
  readonly target: string;
  readonly seed: number;
  /** Stops at the earlier of both. */
  readonly seconds: number;
  readonly inputs: number;
  /** The number of the input under way is written here. */
  readonly progressFile: string;
}

/** Heap and external memory after a collection, bytes. */
export interface MemoryUse {
  readonly held: number;
  readonly rss: number;
}

/** What one target came to. */
export interface ChildReport {
  readonly target: string;
  readonly tally: Omit<Tally, 'outcomes'> & { readonly outcomes: Record<string, number> };
  readonly seconds: number;
  readonly before: MemoryUse;
  readonly after: MemoryUse;
  /** The worst cases: time, and bytes that are held when one is over, uncollected ones included. */
  readonly cases: readonly { readonly name: string; readonly ms: number; readonly heldDelta: number }[];
  readonly finding?: { readonly input: number | string; readonly what: string; readonly hex: string };
}

/** Longest time for one input, ms. */
export const MAX_INPUT_MS = 100;
const WARM_UP_INPUTS = 2_000;
const BATCH = 500;

function main(options: ChildOptions): void {
  const target = TARGETS.find(({ name }) => name === options.target) as FuzzTarget;
  const fd = openSync(options.progressFile, 'w');
  const onInput = (input: number | string) => writeSync(fd, `${String(input).padEnd(100)}\n`, 0);
  const tally = emptyTally();
  const report = fuzz(target, options, tally, onInput);
  process.send?.(report);
}

function fuzz(
  target: FuzzTarget,
  { seed, seconds, inputs }: ChildOptions,
  tally: Tally,
  onInput: (input: number | string) => void,
): ChildReport {
  const rules = { maxMs: MAX_INPUT_MS, onInput };
  let finding = runRange(target, { seed: ~seed, from: 0, to: WARM_UP_INPUTS }, emptyTally(), { onInput });
  const cases: { name: string; ms: number; heldDelta: number }[] = [];
  for (const each of finding === undefined ? [...target.cases, ...readCorpus(target.name)] : []) {
    finding ??= runOne(target, { input: each.name, bytes: each.input }, emptyTally(), { onInput });
    if (finding !== undefined) break;
    const before = rawUse();
    const judged = emptyTally();
    finding ??= runOne(target, { input: each.name, bytes: each.input }, judged, rules);
    cases.push({ name: each.name, ms: judged.worstMs, heldDelta: rawUse() - before });
  }
  const before = collected();
  const start = performance.now();
  const deadline = start + seconds * 1000;
  for (let from = 0; from < inputs && performance.now() < deadline && finding === undefined; from += BATCH) {
    finding = runRange(target, { seed, from, to: Math.min(inputs, from + BATCH) }, tally, rules);
  }
  const elapsed = (performance.now() - start) / 1000;
  const after = collected();
  return {
    target: target.name,
    tally: { ...tally, outcomes: Object.fromEntries(tally.outcomes) },
    seconds: elapsed,
    before,
    after,
    cases,
    ...(finding && { finding: shortened(target, finding) }),
  };
}

function shortened(target: FuzzTarget, { input, what, bytes }: Finding): NonNullable<ChildReport['finding']> {
  const isStill = (part: Uint8Array) => {
    try {
      target.run(part);
      return false;
    } catch (error) {
      return signatureOf(error) === what;
    }
  };
  const shortest = what.startsWith('took') ? bytes : minimise(bytes, isStill, { tries: 3_000 });
  return { input, what, hex: Buffer.from(shortest).toString('hex') };
}

function rawUse(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function collected(): MemoryUse {
  for (let turn = 0; turn < 3; turn++) globalThis.gc?.();
  return { held: rawUse(), rss: process.memoryUsage.rss() };
}

main(JSON.parse(process.argv[2] as string) as ChildOptions);
