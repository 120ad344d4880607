/** The table of docs/congestion-control.md: `longhaul bench report DIR --markdown FILE --table congestion`. */
import { Evidence } from '../check/evidence.js';
import type { Comparison, Verdict } from '../statistics/index.js';
import * as Attempts from './attempts.js';
import * as Columns from './columns.js';
import * as Directory from './directory.js';
import * as Numbers from './numbers.js';

/** The table of a result directory. Rejects with `LH_CLI_FILE`. */
export async function table(path: string): Promise<string> {
  const directory = await Directory.open(path);
  return tableOf(new Evidence(directory.plan, await Attempts.read(directory)), directory.name);
}

/** Pure: goodput of a saturating flow and frame delay of a live one, by link and arm, and how our own compares. */
export function tableOf(evidence: Evidence, name: string): string {
  const { plan } = evidence;
  const arms = ARMS.filter((arm) => contestants(evidence).has(arm));
  const others = arms.filter((arm) => arm !== OURS);
  const head = ['profile', 'arm', ...FIGURES.map(({ head: text }) => text)];
  const rows = plan.profiles.flatMap((profile) =>
    arms.map((arm) => [profile, arm, ...FIGURES.map((figure) => value({ evidence, profile, arm, figure }))]),
  );
  const duelHead = ['profile', 'against', ...FIGURES.map(({ head: text }) => text)];
  const duels = plan.profiles.flatMap((profile) =>
    others.map((against) => [
      profile,
      against,
      ...FIGURES.map((figure) => duel({ evidence, profile, arm: against, figure })),
    ]),
  );
  const seeds = plan.seeds.length;
  return [
    `Results \`${name}\`: ${seeds} ${seeds === 1 ? 'seed' : 'seeds'} of ${plan.durationS} s, ${plan.shape}; in parentheses the 95 % interval over seeds. Goodput is that of a bulk flow in the second half of a run, delay that of a live flow's frames, the way itself taken off.`,
    '',
    markdown(head, rows),
    '',
    `\`${OURS}\` less the other arm on the same links; the verdict is that of the interval and the margin of [benchmark.md](benchmark.md).`,
    '',
    markdown(duelHead, duels),
  ].join('\n');
}

interface Figure {
  readonly head: string;
  readonly scenario: string;
  readonly metric: string;
  /** Whether the one-way delay is in it and not meant. */
  readonly way: boolean;
}

interface Cell {
  readonly evidence: Evidence;
  readonly profile: string;
  readonly arm: string;
  readonly figure: Figure;
}

function value({ evidence, profile, arm, figure }: Cell): string {
  const asked = { scenario: figure.scenario, profiles: [profile], metric: figure.metric, arm };
  const found = evidence.value(asked);
  if (found === undefined) return '-';
  const less = figure.way ? evidence.oneWayMs(asked) : 0;
  const { unit } = Columns.columnOf(figure.metric);
  return withInterval(found.a - less, found, unit, less);
}

function duel({ evidence, profile, arm, figure }: Cell): string {
  const { scenario, metric } = figure;
  const found = evidence.compare({ scenario, profiles: [profile], metric, arm: OURS, against: arm });
  if (found === undefined) return '-';
  const { unit } = Columns.columnOf(metric);
  return `${withInterval(found.difference, found, unit, 0)} ${VERDICTS[found.verdict]}`;
}

function withInterval(shown: number, { interval }: Comparison, unit: Numbers.Unit, less: number): string {
  const [low, high] = interval.map((each) => Numbers.format(each - less, unit, 'bare'));
  return `${Numbers.format(shown, unit)} (${low} to ${high})`;
}

function contestants({ plan }: Evidence): Set<string> {
  return new Set([...plan.arms, ...Object.values(plan.contestants ?? {}).flat()]);
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at < 2 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

const OURS = 'quic-bbr-live';

const ARMS = ['tcp-bbr', 'quic-bbr3', 'quic-bbr-live-plain', OURS];

const FIGURES: readonly Figure[] = [
  { head: 'goodput', scenario: 'bulk', metric: 'goodputMbps', way: false },
  { head: 'frame delay p95', scenario: 'live', metric: 'steady.p95Ms', way: true },
  { head: 'p99', scenario: 'live', metric: 'steady.p99Ms', way: true },
];

const VERDICTS: Readonly<Record<Verdict, string>> = {
  better: '**better**',
  worse: '**worse**',
  'no difference': 'same',
  undecided: '?',
};
