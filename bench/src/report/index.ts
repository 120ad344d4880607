/** `longhaul bench report`: numbers, curves and a page from a result directory. Import as `Report`. */
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '@longhaul/cli';
import * as Attempts from './attempts.js';
import * as Columns from './columns.js';
import * as Directory from './directory.js';
import type { DelayCurve, Report, Trace } from './model.js';
import { page } from './page/page.js';
import { mainScenario, summarize } from './summarize.js';
import * as Terminal from './text.js';
import * as Texts from './texts.js';
import * as Thin from './thin.js';
import * as Words from './words.js';

/** What was written. */
export interface WrittenReport {
  /** Paths. */
  readonly html: string;
  readonly summary: string;
  /** The table for a terminal. */
  readonly text: string;
}

/**
 * Writes summary.json and report.html into a result directory. Rejects with `LH_CLI_FILE` when it is none or holds no
 * valid run, with `LH_CLI_NOTHING`.
 */
export async function writeReport(path: string): Promise<WrittenReport> {
  const directory = await Directory.open(path);
  const attempts = await Attempts.read(directory);
  if (!attempts.some(({ validity }) => validity.state === 'valid')) {
    throw new CliError('LH_CLI_NOTHING', `${path}: no valid run among ${attempts.length} attempts`);
  }
  const report = makeReport({
    name: directory.name,
    plan: directory.plan,
    attempts,
    finishedAt: await newest(directory.files),
  });
  const [html, summary] = [join(path, 'report.html'), join(path, 'summary.json')];
  const text = page(report);
  try {
    await writeFile(summary, `${JSON.stringify(report.summary, null, 1)}\n`);
    await writeFile(html, text);
  } catch (cause) {
    throw new CliError('LH_CLI_FILE', `cannot write the report: ${(cause as Error).message}`, { cause });
  }
  return {
    html,
    summary,
    text: Terminal.describe(report.summary, Words.strongestBaseline(report.summary.baselines)),
  };
}

/** Everything on the page, from attempts. Pure. */
export function makeReport(options: Parameters<typeof summarize>[0]): Report {
  const { plan, attempts } = options;
  const valid = attempts.filter(({ validity }) => validity.state === 'valid');
  const main = mainScenario(plan);
  const live = valid.filter(({ run }) => run.scenario === main);
  const cells = plan.profiles.flatMap((profile) =>
    plan.arms.map((arm) => ({
      profile,
      arm,
      runs: live.filter(({ run }) => run.profile === profile && run.arm === arm),
    })),
  );
  return {
    summary: summarize(options),
    delays: cells.flatMap((cell): DelayCurve[] => {
      const points = Thin.distribution(cell.runs.flatMap(({ delaysMs }) => delaysMs));
      return points.length === 0 ? [] : [{ profile: cell.profile, arm: cell.arm, points }];
    }),
    traces: cells.flatMap(({ runs }): readonly Trace[] | Trace => representative(runs)?.trace ?? []),
    profiles: plan.profiles.map((name) => {
      const measured = valid.find(({ run }) => run.profile === name)?.link ?? { oneWayMs: 0, rttMs: 0 };
      return Texts.profileText(name, plan.links?.[name], measured);
    }),
    settings: Object.fromEntries(
      [...new Set(valid.map(({ run }) => run.arm))].flatMap((arm) => {
        const run = valid.find((each) => each.run.arm === arm);
        return run === undefined ? [] : [[arm, Object.fromEntries(Texts.flatten(run.settings))]];
      }),
    ),
  };
}

/** The run whose 95th percentile of frame delay is the median over the seeds; of an even number the lower middle one. */
function representative(runs: readonly Attempts.Attempt[]): Attempts.Attempt | undefined {
  const ranked = runs
    .filter(({ trace }) => trace !== undefined)
    .map((run) => ({ run, p95Ms: Columns.valueIn(run.samples, 'steady.p95Ms') ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => a.p95Ms - b.p95Ms);
  return ranked[Math.floor((ranked.length - 1) / 2)]?.run;
}

async function newest(files: readonly string[]): Promise<string> {
  const times = await Promise.all(files.map(async (file) => (await stat(file)).mtimeMs));
  return new Date(Math.max(0, ...times)).toISOString();
}
