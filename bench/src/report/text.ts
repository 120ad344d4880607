/** The report for a terminal. */
import * as Columns from './columns.js';
import type { Summary } from './model.js';
import * as Numbers from './numbers.js';
import * as Rows from './rows.js';

/** One table: a row for each profile and arm, a column for each metric that decides, a mark against the strongest baseline. */
export function describe(summary: Summary, baseline: string | undefined): string {
  const columns = shownColumns(summary);
  const head = ['profile', 'arm', 'runs', ...columns.map(Columns.headOf)];
  const rows = summary.cells
    .filter(({ scenario }) => scenario === summary.main)
    .map((cell) => [
      cell.profile,
      cell.arm,
      String(cell.runs),
      ...columns.map(({ metric, unit }) => {
        const value = cell.metrics[metric]?.value;
        const found = summary.comparisons.find(
          (each) =>
            each.scenario === cell.scenario &&
            each.profile === cell.profile &&
            each.arm === cell.arm &&
            each.metric === metric &&
            each.baseline === baseline,
        );
        const mark = found?.verdict === 'better' ? ' +' : found?.verdict === 'worse' ? ' -' : '  ';
        return `${value === undefined ? '-' : Numbers.format(value, unit)}${mark}`;
      }),
    ]);
  const { counts } = summary;
  return [
    Rows.format([head, ...rows], 2),
    '',
    `+ better, - worse than ${baseline ?? 'the baseline'}: the 95 % interval of the paired difference excludes the margin, Holm over profiles`,
    `runs: ${counts.valid} of ${counts.planned} valid, ${counts.invalid} invalid attempts (repeated), ${counts.missing} missing, ${counts.neverStarted} never started`,
  ].join('\n');
}

/** The headline, or without media what the scenario is about. */
function shownColumns({ cells, main }: Summary): Columns.MetricColumn[] {
  const isTold = (key: string) =>
    cells.some(({ scenario, metrics }) => scenario === main && metrics[key] !== undefined);
  const headline = Columns.HEADLINE.filter(isTold);
  const others = ['connectMs', 'firstByteBackMs', 'goodputMbps', 'queueKb'].filter(isTold);
  return (headline.length > 0 ? headline : others).map(Columns.columnOf);
}
