/** Coverage of each package, from what V8 wrote during its own tests, against the share it has to reach. */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { listFiles } from '../bootstrap/fingerprint.mjs';
import { at, binOf, root } from '../bootstrap/paths.mjs';
import { runStep, SetupError } from '../bootstrap/step.mjs';

/**
 * Per cent of lines, branches, functions and statements. The pure packages keep everything: they have no input that a
 * test cannot make. The others hold paths that only a failing machine takes.
 */
export const thresholds = {
  flv: 100,
  wire: 100,
  transport: 100,
  core: 100,
  quic: 85,
  tcp: 85,
  h2: 80,
  relay: 85,
  cli: 85,
};

/** Where V8 writes the coverage of one package's tests. */
export const coverageDirOf = (name) => join(root, '.cache/coverage', name);

/** Sources that declare types alone: nothing of them runs, so nothing of them can be covered. */
function typesOnly(name) {
  const outputs = at('packages', name, 'dist/src');
  return listFiles(outputs, (file) => file.endsWith('.js'))
    .filter((file) =>
      /^export \{\};$/.test(
        readFileSync(file, 'utf8')
          .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
          .trim(),
      ),
    )
    .map((file) => join('packages', name, 'src', relative(outputs, file)).replace(/\.js$/, '.ts'));
}

/** Prints the table of each package and rejects with the names of those below their threshold. */
export async function checkCoverage() {
  const c8 = binOf('c8');
  const below = [];
  for (const [name, threshold] of Object.entries(thresholds)) {
    if (!existsSync(coverageDirOf(name))) {
      below.push(`${name} (no test ran)`);
      continue;
    }
    const limits = ['lines', 'branches', 'functions', 'statements'].map((what) => `--${what}=${threshold}`);
    const sources = `packages/${name}/src`;
    try {
      await runStep({
        title: `coverage of packages/${name}, at least ${threshold} %`,
        command: process.execPath,
        args: [
          c8,
          'report',
          `--temp-directory=${coverageDirOf(name)}`,
          '--all',
          `--src=${sources}`,
          `--include=${sources}/**/*.ts`,
          `--include=packages/${name}/dist/src/**/*.js`,
          '--exclude=**/generated/**',
          '--exclude=**/*.d.ts',
          ...typesOnly(name).map((file) => `--exclude=${file}`),
          '--exclude-after-remap',
          '--reporter=text',
          '--skip-full',
          '--check-coverage',
          ...limits,
        ],
      });
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      below.push(name);
    }
  }
  if (below.length > 0) throw new SetupError(`coverage below the threshold: ${below.join(', ')}`);
}
