/** Tables of docs/benchmark.md, printed by the benchmark: `longhaul bench report DIR --markdown FILE`. */
import { readFile, writeFile } from 'node:fs/promises';
import { CliError } from '@longhaul/cli';
import { Evidence, PLAIN_ARM } from '../check/evidence.js';
import type { Comparison } from '../statistics/index.js';
import * as Attempts from './attempts.js';
import { classOf, LINK_CLASSES, type LinkClass } from './classes.js';
import * as Directory from './directory.js';
import * as Numbers from './numbers.js';
import { mainScenario } from './summarize.js';

/** Between these lines of a document stands what is written here. */
export const MARKERS = {
  begin: '<!-- longhaul bench report --markdown: begin -->',
  end: '<!-- longhaul bench report --markdown: end -->',
} as const;

/** The tables of a result directory. Rejects with `LH_CLI_FILE`. */
export async function tables(path: string): Promise<string> {
  const directory = await Directory.open(path);
  return tablesOf(new Evidence(directory.plan, await Attempts.read(directory)), directory.name);
}

/** Puts `text` between the markers of a document. Rejects with `LH_CLI_FILE` for one without them. */
export async function insert(file: string, text: string): Promise<void> {
  try {
    const document = await readFile(file, 'utf8');
    const [begin, end] = [document.indexOf(MARKERS.begin), document.indexOf(MARKERS.end)];
    if (begin < 0 || end < begin)
      throw new CliError(
        'LH_CLI_FILE',
        `${file}: write the lines ${MARKERS.begin} and ${MARKERS.end} into it`,
      );
    const [before, after] = [document.slice(0, begin + MARKERS.begin.length), document.slice(end)];
    await writeFile(file, `${before}\n\n${text}\n\n${after}`);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError('LH_CLI_FILE', `cannot write the tables: ${(cause as Error).message}`, { cause });
  }
}

/** Pure: arms by class of links, then by profile. */
export function tablesOf(evidence: Evidence, name: string): string {
  const { plan } = evidence;
  const classes = LINK_CLASSES.map((each) => ({
    name: each,
    profiles: plan.profiles.filter((profile) => classOf(plan.links?.[profile]) === each),
  })).filter(({ profiles }) => profiles.length > 0);
  const each = plan.profiles.map((profile) => ({ name: profile, profiles: [profile] }));
  const seeds = plan.seeds.length;
  return [
    `Results \`${name}\`: ${seeds} ${seeds === 1 ? 'seed' : 'seeds'} of ${plan.durationS} s, ${plan.shape}; in parentheses the 95 % interval over blocks.`,
    ...classes.map(({ name: kind, profiles }) => `- ${CLASS_WORDS[kind]}: ${profiles.join(', ')}`),
    '',
    table(evidence, classes, 'links'),
    '',
    table(evidence, each, 'profile'),
  ].join('\n');
}

const CLASS_WORDS: Readonly<Record<LinkClass, string>> = {
  clean: 'clean (under 1 % loss)',
  lossy: 'lossy (1 to 10 %)',
  congested: 'congested (more than 10 %, or a rate that changes all the time)',
};

interface Group {
  readonly name: string;
  readonly profiles: readonly string[];
}

function table(evidence: Evidence, groups: readonly Group[], first: string): string {
  const arms = evidence.plan.contestants?.[mainScenario(evidence.plan)] ?? evidence.plan.arms;
  const head = [first, 'arm', ...COLUMNS.map(({ head }) => head)];
  const rows = groups.flatMap(({ name, profiles }) =>
    arms.map((arm) => [name, arm, ...COLUMNS.map(({ cell }) => cell({ evidence, profiles, arm }))]),
  );
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at < 2 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

interface CellOptions {
  readonly evidence: Evidence;
  readonly profiles: readonly string[];
  readonly arm: string;
}

interface Column {
  readonly head: string;
  readonly cell: (options: CellOptions) => string;
}

const COLUMNS: readonly Column[] = [
  plainColumn('stalled or skipped', 'p500.disturbed', 'share'),
  plainColumn('of it skipped', 'p500.skipped', 'share'),
  plainColumn('late', 'steady.late.owd+rtt+150', 'share'),
  delayColumn('p95 above one-way', 'steady.p95Ms'),
  delayColumn('p99 above one-way', 'steady.p99Ms'),
  plainColumn('first key frame', 'ttffMs', 'ms'),
  besideColumn('bytes, times plain', 'wireOverhead'),
  plainColumn('CPU of both relays', 'cpuShare', 'share'),
];

function plainColumn(head: string, metric: string, unit: Numbers.Unit): Column {
  return {
    head,
    cell: ({ evidence, profiles, arm }) => {
      const found = evidence.value({ scenario: mainScenario(evidence.plan), profiles, metric, arm });
      return found === undefined ? '-' : withInterval(found, unit, 0);
    },
  };
}

/** Profiles of different lengths may be put together once the way itself is taken away. */
function delayColumn(head: string, metric: string): Column {
  return {
    head,
    cell: ({ evidence, profiles, arm }) => {
      const asked = { scenario: mainScenario(evidence.plan), profiles, metric, arm };
      const found = evidence.value(asked);
      return found === undefined ? '-' : withInterval(found, 'ms', evidence.oneWayMs(asked));
    },
  };
}

/** The ratio to the arm without mechanisms. */
function besideColumn(head: string, metric: string): Column {
  return {
    head,
    cell: ({ evidence, profiles, arm }) => {
      const scenario = mainScenario(evidence.plan);
      const { ratio } = evidence.compare({ scenario, profiles, metric, arm, against: PLAIN_ARM }) ?? {};
      if (ratio === undefined) return '-';
      const [low, high] = ratio.interval.map((value) => value.toFixed(3));
      return `${ratio.value.toFixed(3)} (${low} to ${high})`;
    },
  };
}

function withInterval({ a, interval }: Comparison, unit: Numbers.Unit, less: number): string {
  const [low, high] = interval.map((each) => Numbers.format(each - less, unit, 'bare'));
  return `${Numbers.format(a - less, unit)} (${low} to ${high})`;
}
