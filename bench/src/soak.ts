/** `npm run bench:soak`: publishers and viewers come and go over a pair of relays; what stays behind. */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { formatTable } from '@longhaul/cli';
import { type RelayReport, runSoak, type SoakReport } from './soak/run.js';

const USAGE = `npm run bench:soak -- [OPTIONS]

Runs an edge and a center. Each second some sessions begin: a publisher at the edge that stays for 0.2 to 3 s and a
viewer of it at the center. Memory is sampled each second and a line fitted after the first third. Then short sessions
of one key frame, as fast as they go. Exit code 1 when descriptors, groups, timers, links or streams are more than
before, memory after all is over the bound, idle processor time grew, or (in a run of 90 minutes and more) memory grows.

  --minutes N   of churn (5)
  --sessions N  that begin each second (10)
  --short N     short sessions after it (1000)
  --seed N      of the lengths (1)
  --json        one JSON object on standard output
  --help`;

/** Memory that short runs may end above their beginning: caches of the runtime fill once. */
const RSS_SLACK_BYTES = 60 * 1_048_576;
/** acceptance: 1 MB/h, judged when the line is long enough to say so. */
const SLOPE_BYTES_PER_HOUR = 1_000_000;
const SLOPE_FROM_MINUTES = 90;
/** Of one core. */
const IDLE_SLACK = 0.02;

/** Runs it; resolves with the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { minutes: text, sessions: text, short: text, seed: text, json: flag, help: flag },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const plan = {
    minutes: Number(values.minutes ?? '5'),
    sessionsPerSecond: Number(values.sessions ?? '10'),
    shortSessions: Number(values.short ?? '1000'),
    seed: Number(values.seed ?? '1'),
  };
  if (!Object.values(plan).every((value) => Number.isFinite(value) && value >= 0)) {
    note('bench:soak: --minutes, --sessions, --short and --seed are numbers');
    return 2;
  }
  const loadBefore = loadavg()[0] as number;
  const report = await runSoak(plan, note);
  const failures = judge(report, plan.minutes);
  const body = values.json
    ? JSON.stringify({ scenario: plan, loadBefore, failures, ...report }, null, 2)
    : `${describe(report)}\nload before ${loadBefore.toFixed(2)}; ${failures.length === 0 ? 'every promise was kept' : `FAILED:\n${failures.join('\n')}`}`;
  process.stdout.write(`${body}\n`);
  return failures.length === 0 ? 0 : 1;
}

/** Promises that were broken. */
export function judge(
  { unpublished, unseen, short, relays, complaints }: SoakReport,
  minutes: number,
): string[] {
  const failures = complaints.map((line) => `complaint: ${line}`);
  if (unpublished + short.refused > 0)
    failures.push(`${unpublished} sessions and ${short.refused} short ones were refused`);
  if (unseen > 0) failures.push(`${unseen} viewers got nothing`);
  for (const [role, { startRss, endRss, trend, idleCpu, left }] of Object.entries(relays)) {
    failures.push(...left.map((line) => `${role}: ${line}`));
    if (endRss > startRss + RSS_SLACK_BYTES)
      failures.push(`${role}: memory ${mib(startRss)} -> ${mib(endRss)} MiB`);
    if (idleCpu.after > idleCpu.before + IDLE_SLACK)
      failures.push(`${role}: idle processor time ${percent(idleCpu.before)} -> ${percent(idleCpu.after)}`);
    if (minutes >= SLOPE_FROM_MINUTES && (trend?.perHour ?? 0) > SLOPE_BYTES_PER_HOUR)
      failures.push(`${role}: memory grows by ${mib(trend?.perHour ?? 0)} MiB/h`);
  }
  return failures;
}

function describe({ sessions, unpublished, unseen, short, relays }: SoakReport): string {
  const row = (role: string, report: RelayReport) => [
    role,
    mib(report.startRss),
    mib(report.rssAfterChurn),
    mib(report.endRss),
    report.trend === undefined ? '-' : mib(report.trend.perHour),
    report.trend === undefined ? '-' : mib(report.trend.errorPerHour),
    percent(report.idleCpu.before),
    percent(report.idleCpu.after),
    String(report.left.length),
  ];
  const head = ['MiB', 'start', 'churned', 'end', 'per hour', '+-', 'idle CPU', 'after', 'left'];
  const words = [
    `${sessions} sessions, ${unpublished} not published, ${unseen} not seen`,
    `${short.sessions} short ones in ${short.seconds.toFixed(1)} s, ${short.refused} refused`,
  ];
  return [
    formatTable([head, ...Object.entries(relays).map(([role, report]) => row(role, report))]),
    ...words,
  ].join('\n');
}

function mib(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
