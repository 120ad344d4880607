/** A baseline from runs. */
import { CliError } from '@longhaul/cli';
import type { Attempt } from '../report/attempts.js';
import type { Plan } from '../report/directory.js';
import { backendOf } from '../report/summarize.js';
import * as Statistics from '../statistics/index.js';
import { BASELINE_VERSION, type Baseline, type BaselineRatio } from './baseline.js';
import { linkMark } from './link-mark.js';
import { pairedRatio, WATCHED } from './paired.js';

/** What a baseline is made of. */
export interface MakeOptions {
  readonly plan: Plan;
  readonly attempts: readonly Attempt[];
  readonly arm: string;
  readonly against: string;
  readonly margin: number;
  readonly madeAt: string;
}

/** A limit for late frames is three times what was, and six points: it is for what breaks, the ratios are for what slips. */
const LATE = { factor: 3, points: 0.06 } as const;

/** Throws `LH_CLI_USAGE` where a profile of the plan has no valid pair of runs. */
export function makeBaseline({ plan, attempts, arm, against, margin, madeAt }: MakeOptions): Baseline {
  const valid = attempts.filter(({ validity }) => validity.state === 'valid');
  const profiles = Object.fromEntries(
    plan.profiles.map((profile) => {
      const runs = (name: string) => valid.filter(({ run }) => run.profile === profile && run.arm === name);
      const ratios: Record<string, BaselineRatio> = {};
      for (const watched of WATCHED) {
        const paired = pairedRatio(watched, runs(arm), runs(against));
        if (paired === undefined) {
          const rule = `no valid pair of ${arm} and ${against} on ${profile}: a baseline needs every profile`;
          throw new CliError('LH_CLI_USAGE', rule);
        }
        ratios[watched.metric] = {
          ratio: round(paired.ratio),
          seeds: Object.fromEntries(Object.entries(paired.seeds).map(([seed, each]) => [seed, round(each)])),
          arm: round(paired.arm),
          against: round(paired.against),
        };
      }
      const late = Statistics.pooled(
        runs(arm).flatMap(({ samples }) => samples.get('steady.late.owd+200') ?? []),
      );
      const link = linkMark(profile, plan.links?.[profile]);
      return [profile, { link, ratios, mostLate: round(Math.min(1, late * LATE.factor + LATE.points)) }];
    }),
  );
  const { profiles: names, seeds, durationS, shape } = plan;
  return {
    version: BASELINE_VERSION,
    arm,
    against,
    backend: backendOf(valid),
    plan: { profiles: names, seeds, durationS, ...(shape !== undefined && { shape }) },
    margin,
    profiles,
    madeAt,
    versions: { ...valid[0]?.versions },
  };
}

/** Four figures: more would say nothing and make every new baseline a diff of noise. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
