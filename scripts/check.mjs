/** `npm run check`: the whole gate. Every step runs, then the failed ones are named; the exit code is theirs. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { binOf, root } from './bootstrap/paths.mjs';
import { versionOf } from './bootstrap/requirements.mjs';
import { runStep, SetupError, say } from './bootstrap/step.mjs';
import { checkCoverage, coverageDirOf } from './check/coverage.mjs';
import { checkGenerated } from './check/generated.mjs';
import { runDocs } from './docs.mjs';
import { runTests } from './test.mjs';

const cargo = (title, args) => () => runStep({ title, command: 'cargo', args });

async function lint() {
  const colors = process.stderr.isTTY ? [] : ['--colors=off'];
  const args = [binOf('@biomejs/biome', 'biome'), 'ci', '--error-on-warnings', ...colors, '.'];
  await runStep({ title: 'linting and format', command: process.execPath, args });
}

async function checkDependencies() {
  if (versionOf('cargo-deny') === undefined) {
    say(
      'cargo-deny is not installed: licences and sources of crates are not checked (cargo install cargo-deny)',
    );
    return;
  }
  // Advisories are fetched from GitHub: they belong to a job that may reach it.
  await runStep({
    title: 'checking licences, bans and sources of crates',
    command: 'cargo',
    args: ['deny', '--locked', 'check', 'bans', 'licenses', 'sources'],
  });
}

async function runTestsWithCoverage() {
  rmSync(join(root, '.cache/coverage'), { recursive: true, force: true });
  if ((await runTests([], { coverageDirOf })) !== 0) throw new SetupError('tests failed');
}

/** Cheap ones first. TypeScript and the addon are compiled by the bootstrap before any of these. */
const steps = [
  lint,
  checkGenerated,
  cargo('cargo fmt', ['fmt', '--all', '--check']),
  cargo('cargo clippy', [
    'clippy',
    '--release',
    '--locked',
    '--workspace',
    '--all-targets',
    '--',
    '-D',
    'warnings',
  ]),
  checkDependencies,
  () => runDocs(['--emit', 'none']),
  runTestsWithCoverage,
  checkCoverage,
];

/** Runs every step and resolves with the exit code. */
export async function runCheck() {
  const failures = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      say(error.message);
      failures.push(error.message);
    }
  }
  if (failures.length === 0) say('everything holds');
  else
    say(
      `${failures.length} of ${steps.length} steps failed:\n${failures.map((line) => `  ${line}`).join('\n')}`,
    );
  return failures.length === 0 ? 0 : 1;
}
