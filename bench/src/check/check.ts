/** `longhaul bench check`: do results keep what delivery over bad links promises? docs/benchmark.md, "Promises" */
import * as Attempts from '../report/attempts.js';
import * as Directory from '../report/directory.js';
import * as Delivery from './delivery.js';
import { type Arms, Evidence } from './evidence.js';
import type { Finding } from './finding.js';
import * as Joining from './joining.js';

/** What was found. */
export interface Check {
  readonly arm: string;
  readonly plain: string;
  readonly findings: readonly Finding[];
}

/** Every criterion against one result directory. Rejects with `LH_CLI_FILE`. */
export async function check(path: string, arms: Arms): Promise<Check> {
  const directory = await Directory.open(path);
  const evidence = new Evidence(directory.plan, await Attempts.read(directory));
  return { ...arms, findings: findingsOf(evidence, arms) };
}

/** Pure. */
export function findingsOf(evidence: Evidence, arms: Arms): Finding[] {
  return CRITERIA.flatMap((criterion) => criterion(evidence, arms));
}

const CRITERIA: readonly ((evidence: Evidence, arms: Arms) => Finding[])[] = [
  Delivery.lateness,
  Delivery.delay,
  Delivery.stalls,
  Joining.starts,
  Joining.comparisons,
  Delivery.bytes,
  Delivery.processor,
];

/** A table for a terminal and the count below it. */
export function describe({ arm, findings }: Check): string {
  const count = (state: Finding['state']) => findings.filter((each) => each.state === state).length;
  const rows = findings.map(({ criterion, where, figure, limit, state }) => [
    criterion,
    where,
    figure,
    limit,
    state,
  ]);
  const widths = [0, 1, 2, 3, 4].map((at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [
    ...lines,
    '',
    `${arm}: ${count('met')} met, ${count('not met')} not met, ${count('not measured')} not measured; intervals of 95 % over blocks`,
  ].join('\n');
}
