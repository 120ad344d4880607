/** The gate of the benchmark as a suite: runs over emulated links, held against bench/baselines/ci.json. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../bootstrap/paths.mjs';
import { Tally } from './tally.mjs';

/** Exit code of `longhaul bench gate` where the host allows no network namespaces (docs/benchmark-gate.md). */
const NOT_ALLOWED = 4;
const BASELINE = 'bench/baselines/ci.json';

/**
 * Ten minutes of runs: a plain `npm test` leaves it out and says so, `.ci/run` and CI=true have it. `run` is what runs a
 * command with its output shown.
 */
export class GateSuite {
  name = 'bench gate';
  shortName = 'gate';
  #run;
  #wanted;

  constructor({ run, wanted = wantedBy(process.env) }) {
    this.#run = run;
    this.#wanted = wanted;
  }

  async run() {
    const tally = new Tally();
    if (!this.#wanted) {
      tally.skip(this.name, 'ten minutes; runs with npm run bench:gate, in .ci/run and with CI=true');
      return tally;
    }
    const file = join(root, '.cache/bench-gate.json');
    mkdirSync(dirname(file), { recursive: true });
    rmSync(file, { force: true });
    const args = ['bin/longhaul.mjs', 'bench', 'gate', '--baseline', BASELINE, '--json', file];
    const exitCode = await this.#run('holding the benchmark against its baseline', process.execPath, args);
    return tallyGate(exitCode, readJudgement(file));
  }
}

/** Who wants it without naming it. */
export function wantedBy(env) {
  return env.CI === 'true' || env.LONGHAUL_GATE === '1';
}

/**
 * Counts a gate: each of its checks is one, and so is an end that no check explains.
 *
 * @param {number | string} exitCode
 * @param {{reason: string, checks: {profile: string, what: string, state: string, measured: string, allowed: string}[]} | undefined} judgement
 */
export function tallyGate(exitCode, judgement) {
  const tally = new Tally();
  if (exitCode === NOT_ALLOWED) {
    tally.skip('bench gate', 'this host allows no network namespaces: links cannot be emulated');
    return tally;
  }
  for (const { profile, what, state, measured, allowed } of judgement?.checks ?? []) {
    if (state === 'ok') tally.passed += 1;
    else if (state === 'too few seeds') tally.skip(`bench gate > ${profile} > ${what}`, state);
    else tally.fail(`bench gate > ${profile} > ${what}: ${state}, ${measured}, baseline allows ${allowed}`);
  }
  if (exitCode !== 0 && tally.failed === 0) {
    tally.fail(`bench gate: ${judgement?.reason ?? `ended with ${exitCode}`}`);
  }
  if (exitCode === 0 && tally.passed === 0) tally.fail('bench gate: checked nothing');
  return tally;
}

function readJudgement(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
