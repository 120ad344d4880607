/** The matrix as the table of docs/interop.md. */
import type { Cell, Outcome, ProgramName } from './cell.js';

/** A cell that was run. */
export interface Row {
  readonly cell: Cell;
  readonly outcome: Outcome;
}

/** The table in Markdown. */
export function table(rows: readonly Row[], versions: ReadonlyMap<ProgramName, string>): string {
  const lines = rows.map(({ cell, outcome }) => {
    const program = `${cell.program} ${versions.get(cell.program) ?? ''}`.trim();
    return `| ${program} | ${cell.what} | ${outcome.state} | ${words(cell, outcome)} |`;
  });
  return ['| program | does | | what was seen |', '|---|---|---|---|', ...lines].join('\n');
}

function words({ limit }: Cell, outcome: Outcome): string {
  const seen = outcome.state === 'green' ? outcome.detail : outcome.reason;
  const text = seen.split('\n', 1)[0]?.replaceAll('|', '/') ?? '';
  return outcome.state === 'green' && limit !== undefined ? `${text}; ${limit}` : text;
}

/** Puts `text` between the marks of a document. Throws when it has none. */
export function insert(document: string, text: string): string {
  const [before, rest] = document.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`docs/interop.md has no ${BEGIN} and ${END}`);
  return `${before}${BEGIN}\n${text}\n${END}${after}`;
}

const BEGIN = '<!-- matrix -->';
const END = '<!-- /matrix -->';
