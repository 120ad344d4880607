/** The suite that every link transport passes whole. */
import type { Assert, ComplianceCase } from './case.js';
import { COMPLIANCE_CASES } from './cases/index.js';
import { DEFAULT_PAIR_OPTIONS, type MakePair } from './pair.js';

/** A test that subtests can be added to: tap's `t` is one. */
export interface ComplianceTest extends Assert {
  test(
    name: string,
    options: { readonly timeout: number },
    body: (t: ComplianceTest) => Promise<void>,
  ): PromiseLike<unknown>;
}

/** Runs every case as a subtest of `t`, one after the other, each on a pair of its own. There is no way to leave one out. */
export async function complianceSuite(t: ComplianceTest, makePair: MakePair): Promise<void> {
  for (const behaviour of COMPLIANCE_CASES) {
    await t.test(behaviour.name, { timeout: CASE_TIMEOUT_MS }, (subtest) =>
      runCase(subtest, behaviour, makePair),
    );
  }
}

/** Runs one case on a fresh pair and closes that. */
export async function runCase(assert: Assert, behaviour: ComplianceCase, makePair: MakePair): Promise<void> {
  const options = { ...DEFAULT_PAIR_OPTIONS, ...behaviour.options };
  const pair = await makePair(options);
  try {
    await behaviour.run(assert, pair, options);
  } finally {
    await pair.close();
  }
}

/** A case that takes longer hangs: most take milliseconds. */
const CASE_TIMEOUT_MS = 20_000;
