/** The verdict of a gate: pure, from attempts and a baseline to checks. */
import { cumulativeStdNormalProbability, median } from 'simple-statistics';
import type { Attempt } from '../report/attempts.js';
import * as Statistics from '../statistics/index.js';
import type { Baseline, BaselineRatio } from './baseline.js';
import { type PairedRatio, pairedRatio, WATCHED, type Watched } from './paired.js';

/** One line of the table. */
export interface Check {
  readonly profile: string;
  readonly what: string;
  readonly state: 'ok' | 'regression' | 'no valid pair';
  /** What was measured, what was allowed: for people. */
  readonly measured: string;
  readonly allowed: string;
  /** One-sided, Holm over all ratios of the gate; of ratios only. */
  readonly pValue?: number;
}

/** What a gate says. */
export interface Judgement {
  readonly state: 'ok' | 'regression' | 'no valid runs';
  /** One line: why. */
  readonly reason: string;
  readonly checks: readonly Check[];
  readonly valid: number;
  /** Attempts that the audit refused. */
  readonly invalid: number;
}

/** Round trips until the hop is connected, and what the machine may add: QUIC one, TCP with TLS 1.3 two. */
export const CONNECT = {
  quicRoundTrips: 1,
  tcpRoundTrips: 2,
  machineMs: 60,
} as const;

/** Stands where a profile's name does. */
export const ALL_PROFILES = 'all profiles';

/** One-sided level of a regression, over all ratios of the gate together. */
export const LEVEL = 0.05;

/** Judges the valid runs of both arms. */
export function judge(attempts: readonly Attempt[], baseline: Baseline): Judgement {
  const own = attempts.filter(({ run }) => run.arm === baseline.arm || run.arm === baseline.against);
  const valid = own.filter(({ validity }) => validity.state === 'valid');
  const invalid = own.length - valid.length;
  const counts = { valid: valid.length, invalid };
  if (valid.length === 0) {
    const reason = `no valid run of ${baseline.arm} or ${baseline.against}: ${invalid} attempts were invalid`;
    return { state: 'no valid runs', reason, checks: [], ...counts };
  }
  const checks = baseline.plan.profiles.flatMap((profile) => {
    const runs = valid.filter(({ run }) => run.profile === profile);
    return limits(profile, runs, baseline);
  });
  const all = [...ratios(valid, baseline), ...checks].sort(byProfile(baseline.plan.profiles));
  return { ...outcome(all), checks: all, ...counts };
}

function outcome(checks: readonly Check[]): Pick<Judgement, 'state' | 'reason'> {
  const of = (state: Check['state']) => checks.filter((check) => check.state === state);
  const names = (some: readonly Check[]) =>
    some.map(({ profile, what }) => `${what} on ${profile}`).join(', ');
  const profiles = (some: readonly Check[]) => [...new Set(some.map(({ profile }) => profile))].join(', ');
  const regressions = of('regression');
  if (regressions.length > 0) return { state: 'regression', reason: `regression: ${names(regressions)}` };
  const unjudged = of('no valid pair');
  if (unjudged.length > 0)
    return { state: 'no valid runs', reason: `no valid pair of runs on ${profiles(unjudged)}` };
  return { state: 'ok', reason: `${checks.length} checks, none worse than the baseline beyond its margin` };
}

/** A ratio and how well it is known. */
interface Measured {
  readonly ratio: number;
  readonly logError: number;
  /** Degrees of freedom: blocks less one, of each profile that went in. */
  readonly freedom: number;
}

/** A ratio of now beside that of the baseline. */
interface RatioCheck {
  readonly profile: string;
  readonly watched: Watched;
  readonly now: Measured | undefined;
  readonly before: Measured;
  /** What the two arms had, for people. */
  readonly detail: string;
}

/** The arm against the other in the same blocks, beside what that ratio was: profile by profile, then all together. */
function ratios(valid: readonly Attempt[], baseline: Baseline): Check[] {
  const pairs = WATCHED.flatMap((watched) => {
    const own = baseline.plan.profiles.flatMap((profile) => ratioOn(profile, watched, valid, baseline));
    return own.length > 1 ? [...own, together(watched, own)] : own;
  });
  const adjusted = Statistics.holm(
    pairs.map(({ now, before }) => (now === undefined ? 1 : worseP(now, before))),
  );
  return pairs.map((each, at) => ratioCheck(each, adjusted[at] as number, baseline.margin));
}

function ratioOn(
  profile: string,
  watched: Watched,
  valid: readonly Attempt[],
  baseline: Baseline,
): RatioCheck[] {
  const before = baseline.profiles[profile]?.ratios[watched.metric];
  if (before === undefined) return [];
  const runs = (arm: string) => valid.filter(({ run }) => run.profile === profile && run.arm === arm);
  const now = pairedRatio(watched, runs(baseline.arm), runs(baseline.against));
  const detail = now === undefined ? '' : ` (${shown(now.arm, watched)} / ${shown(now.against, watched)})`;
  return [{ profile, watched, now: now && measured(now), before: measured(before), detail }];
}

/** Geometric mean over the profiles: what slips a little everywhere shows here before it shows in any one. */
function together(watched: Watched, own: readonly RatioCheck[]): RatioCheck {
  const both = own.flatMap(({ now, before }) => (now === undefined ? [] : [{ now, before }]));
  const base = { profile: ALL_PROFILES, watched, detail: '' };
  if (both.length === 0) return { ...base, now: undefined, before: { ratio: 1, logError: 0, freedom: 1 } };
  return { ...base, now: mean(both.map(({ now }) => now)), before: mean(both.map(({ before }) => before)) };
}

function measured({ ratio, logError, blocks }: BaselineRatio | PairedRatio): Measured {
  return { ratio, logError, freedom: Math.max(1, blocks - 1) };
}

function mean(ratios: readonly Measured[]): Measured {
  const logs = ratios.map(({ ratio }) => Math.log(ratio));
  return {
    ratio: Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length),
    logError: Math.hypot(...ratios.map(({ logError }) => logError)) / ratios.length,
    freedom: ratios.reduce((sum, { freedom }) => sum + freedom, 0),
  };
}

/** A regression is beyond the margin, and not by chance: both runs have an error, and both count. */
function ratioCheck(
  { profile, watched, now, before, detail }: RatioCheck,
  pValue: number,
  margin: number,
): Check {
  const most = before.ratio * (1 + margin);
  const check = {
    profile,
    what: watched.label,
    allowed: `${before.ratio.toFixed(2)} * ${(1 + margin).toFixed(2)}`,
  };
  if (now === undefined) return { ...check, state: 'no valid pair', measured: '-' };
  const isWorse = now.ratio > most && pValue < LEVEL;
  const measured = `${now.ratio.toFixed(2)}${detail}`;
  return { ...check, state: isWorse ? 'regression' : 'ok', measured, pValue };
}

/** How likely a ratio so much above the baseline's is when nothing changed: one-sided, Student's t on the logarithms. */
function worseP(now: Measured, before: Measured): number {
  const t = Math.log(now.ratio / before.ratio) / Math.hypot(now.logError, before.logError);
  const freedom = now.freedom + before.freedom;
  // Abramowitz and Stegun 26.7.8: the normal deviate of the same tail.
  const z = (t * (1 - 1 / (4 * freedom))) / Math.sqrt(1 + (t * t) / (2 * freedom));
  return 1 - cumulativeStdNormalProbability(z);
}

/** Limits that hold whatever the other arm does. */
function limits(profile: string, runs: readonly Attempt[], baseline: Baseline): Check[] {
  const checks: Check[] = [];
  const of = (arm: string, metric: string) =>
    runs.filter(({ run }) => run.arm === arm).flatMap(({ samples }) => samples.get(metric) ?? []);
  const late = of(baseline.arm, 'steady.late.owd+200');
  const mostLate = baseline.profiles[profile]?.mostLate ?? 1;
  const share = Statistics.pooled(late);
  checks.push({
    profile,
    what: `late(200) of ${baseline.arm}`,
    state: late.length === 0 ? 'no valid pair' : share > mostLate ? 'regression' : 'ok',
    measured: late.length === 0 ? '-' : percent(share),
    allowed: `<= ${percent(mostLate)}`,
  });
  const rttMs = runs[0]?.link.rttMs;
  for (const arm of [baseline.arm, baseline.against]) {
    const times = of(arm, 'connectMs').map(Statistics.runValue);
    if (times.length === 0 || rttMs === undefined) continue;
    const trips = roundTrips(arm);
    if (trips === undefined) continue;
    const mostMs = trips * rttMs + CONNECT.machineMs;
    // The median: one run whose first packet was lost is not the rule.
    const connectMs = median(times);
    checks.push({
      profile,
      what: `connect of ${arm}`,
      state: connectMs > mostMs ? 'regression' : 'ok',
      measured: `${connectMs.toFixed(0)} ms`,
      allowed: `<= ${trips} * ${rttMs.toFixed(0)} + ${CONNECT.machineMs} ms`,
    });
  }
  return checks;
}

/** Of arms whose handshake is known to the round trip; others have none to hold them to. */
function roundTrips(arm: string): number | undefined {
  if (arm.startsWith('quic')) return CONNECT.quicRoundTrips;
  return arm.startsWith('tcp') ? CONNECT.tcpRoundTrips : undefined;
}

function shown(value: number, { unit }: Watched): string {
  return unit === 'share' ? percent(value) : `${value.toFixed(0)} ms`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function byProfile(profiles: readonly string[]): (a: Check, b: Check) => number {
  const rank = ({ profile }: Check) =>
    (profiles.indexOf(profile) + profiles.length + 1) % (profiles.length + 1);
  return (a, b) => rank(a) - rank(b);
}
