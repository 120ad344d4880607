/** What criteria are judged by: the valid runs of a result directory, arm beside arm. */
import type { Attempt } from '../report/attempts.js';
import * as Columns from '../report/columns.js';
import type { Plan } from '../report/directory.js';
import { pair } from '../report/summarize.js';
import * as Statistics from '../statistics/index.js';

/** Who is judged, and beside whom. */
export interface Arms {
  readonly arm: string;
  /** The same with every mechanism off. */
  readonly plain: string;
}

/** The arm with every mechanism off, unless another one is named. */
export const PLAIN_ARM = 'quic-bbr-live-plain';

/** Which runs of which arms. */
export interface Pairing {
  readonly scenario: string;
  readonly profiles: readonly string[];
  readonly metric: string;
  readonly arm: string;
  readonly against: string;
}

/** Inputs: plan and attempts. Outputs: comparisons of two arms, and figures of one. Pure. */
export class Evidence {
  readonly plan: Plan;
  readonly #valid: readonly Attempt[];

  constructor(plan: Plan, attempts: readonly Attempt[]) {
    this.plan = plan;
    this.#valid = attempts.filter(({ validity }) => validity.state === 'valid');
  }

  /** Both arms over the seeds that both have, on all of the profiles together; undefined when there is no such pair. */
  compare({ scenario, profiles, metric, arm, against }: Pairing): Statistics.Comparison | undefined {
    const blocks = profiles.flatMap((profile) =>
      pair(this.#runs(scenario, profile, arm), this.#runs(scenario, profile, against), metric),
    );
    if (blocks.length === 0) return undefined;
    const { better, margin } = Columns.columnOf(metric);
    return Statistics.compare({ blocks, better, margin });
  }

  /** One arm: its value and the 95 % interval over blocks; undefined without runs. */
  value(asked: Omit<Pairing, 'against'>): Statistics.Comparison | undefined {
    const { scenario, profiles, metric, arm } = asked;
    const blocks = profiles.flatMap((profile) =>
      this.#runs(scenario, profile, arm).flatMap(({ run, samples }) => {
        const a = samples.get(metric);
        return a === undefined ? [] : [{ profile, seed: run.seed, a, b: 0 }];
      }),
    );
    if (blocks.length === 0) return undefined;
    return Statistics.compare({ blocks, better: 'lower', margin: { absolute: 0, relative: 0 } });
  }

  /** Mean one-way delay over the runs that have the metric, ms. */
  oneWayMs({ scenario, profiles, metric, arm }: Omit<Pairing, 'against'>): number {
    const delays = profiles.flatMap((profile) =>
      this.#runs(scenario, profile, arm).flatMap(({ samples, link }) =>
        samples.has(metric) ? [link.oneWayMs] : [],
      ),
    );
    return delays.reduce((sum, each) => sum + each, 0) / Math.max(1, delays.length);
  }

  #runs(scenario: string, profile: string, arm: string): Attempt[] {
    return this.#valid.filter(
      ({ run }) => run.scenario === scenario && run.profile === profile && run.arm === arm,
    );
  }
}
