/** Tables for a terminal whose first columns are names. */
import { formatTable } from '@longhaul/cli';

/** Rows as aligned columns: the first `names` to the left, the others to the right. */
export function format(rows: readonly (readonly string[])[], names: number): string {
  const widths = Array.from({ length: names }, (_, at) =>
    Math.max(...rows.map((row) => (row[at] ?? '').length)),
  );
  const joined = rows.map((row) => {
    const name = widths.map((width, at) => (row[at] ?? '').padEnd(width)).join('  ');
    return [name, ...row.slice(names)];
  });
  return formatTable(joined);
}
