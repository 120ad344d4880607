/** `npm test`: every suite of every workspace and cargo, a summary, and as the last line `N passed, N failed`. */
import { SetupError } from './bootstrap/step.mjs';
import { providePrograms } from './test/programs.mjs';
import { allSuites } from './test/suites.mjs';
import { Tally } from './test/tally.mjs';

/** A skip with this reason is a hole in a gate that runs where everything can be installed. */
const missingProgram = /^missing program/;

function selectSuites(names) {
  const suites = allSuites(names);
  if (names.length === 0) return suites;
  const unknown = names.filter((name) => !suites.some((suite) => suite.shortName === name));
  if (unknown.length > 0) {
    throw new SetupError(
      `no suite ${unknown.join(', ')}; there are: ${suites.map((suite) => suite.shortName).join(' ')}`,
    );
  }
  return suites.filter((suite) => names.includes(suite.shortName));
}

function printSummary(rows, total) {
  const out = ['', 'suite                passed failed skipped seconds'];
  for (const { name, tally, seconds } of rows) {
    const cells = [tally.passed, tally.failed, tally.skipped, seconds.toFixed(1)].map((cell) =>
      String(cell).padStart(7),
    );
    out.push(`${name.padEnd(19)} ${cells.join('')}`);
  }
  if (total.skips.length > 0)
    out.push('', 'skipped:', ...total.skips.map(({ name, reason }) => `  ${name}: ${reason}`));
  if (total.failures.length > 0) out.push('', 'failed:', ...total.failures.map((line) => `  ${line}`));
  process.stdout.write(`${out.join('\n')}\n\n`);
}

/**
 * Runs the suites named (all without names) and resolves with the exit code: not 0 when a test failed, none ran, or,
 * with CI=true, one was skipped for a missing program.
 *
 * @param {string[]} names - short names of workspaces, `repository`, `cargo` or `gate`
 * @param {{coverageDirOf?: (name: string) => string}} [options] - where V8 coverage of a suite goes
 */
export async function runTests(names, options = {}) {
  const suites = selectSuites(names);
  await providePrograms();
  const total = new Tally();
  const rows = [];
  for (const suite of suites) {
    const startedAt = performance.now();
    const tally = await suite.run(options);
    rows.push({ name: suite.name, tally, seconds: (performance.now() - startedAt) / 1000 });
    total.add(tally);
  }
  if (total.passed + total.failed === 0) total.fail('no test ran');
  if (process.env.CI === 'true') {
    for (const { name, reason } of total.skips) {
      if (missingProgram.test(reason)) total.fail(`${name}: skipped with CI=true: ${reason}`);
    }
  }
  printSummary(rows, total);
  process.stdout.write(`${total}\n`);
  return total.failed === 0 ? 0 : 1;
}
