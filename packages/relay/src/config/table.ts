/** The table of keys as docs/config.md shows it. */
import { type KeyRow, keyRows } from './schema.js';
import { environmentName } from './sources.js';

/** One Markdown table: key, default, unit, when a change applies, what it is for. */
export function keyTable(): string {
  const rows = keyRows().map(formatRow);
  return ['| key | default | unit | change | what it is for |', '|---|---|---|---|---|', ...rows].join('\n');
}

function formatRow({ key, schema, reload }: KeyRow): string {
  const { doc, unit, enum: choices } = schema as { doc?: string; unit?: string; enum?: readonly string[] };
  const what =
    choices === undefined ? doc : `${doc} (${choices.map((choice) => `\`${choice}\``).join(', ')})`;
  const cells = [
    `\`${key}\``,
    formatDefault(schema.default),
    unit ?? '',
    reload ? 'reload' : 'restart',
    what ?? '',
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function formatDefault(value: unknown): string {
  return value === undefined || value === null ? '' : `\`${JSON.stringify(value)}\``;
}

/** Variable of the environment that sets `key`; undefined for keys of lists of sections. */
export function variableOf(row: KeyRow): string | undefined {
  const plain =
    !row.key.includes('[]') && row.schema.items?.properties === undefined && row.schema.type !== 'object';
  return plain ? environmentName(row.key) : undefined;
}
