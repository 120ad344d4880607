/** The suites: tap in every workspace, cargo for the native crates, the gate of the benchmark. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { binOf, root } from '../bootstrap/paths.mjs';
import { say } from '../bootstrap/step.mjs';
import { workspaceDirs } from '../bootstrap/typescript.mjs';
import { GateSuite, wantedBy } from './gate.mjs';
import { CargoReader, Tally, tallyTap } from './tally.mjs';

/** How often a line shows that a suite still runs, without a terminal. */
const heartbeatMs = 15_000;

/** Files tap left, whatever their names begin with. */
function listResults(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.tap'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** Test files under `place` of a directory, relative to the directory. */
function listTests(directory, place) {
  const tests = join(directory, place);
  if (!existsSync(tests)) return [];
  return readdirSync(tests, { recursive: true })
    .filter((name) => /\.test\.m?js$/.test(name))
    .map((name) => join(place, name))
    .sort();
}

/** Runs a command with its output shown and, when asked, read; resolves with its exit code. */
async function run(title, command, args, { cwd = root, env = {}, onLine } = {}) {
  say(title);
  const startedAt = performance.now();
  const heartbeat = setInterval(() => {
    if (process.stderr.isTTY !== true)
      say(`${title}: ${Math.round((performance.now() - startedAt) / 1000)} s`);
  }, heartbeatMs);
  const ended = new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', onLine ? 'pipe' : 'inherit', 'inherit'],
    });
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        process.stdout.write(`${line}\n`);
        onLine(line);
      });
    }
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 1));
  });
  return await ended.finally(() => clearInterval(heartbeat));
}

/** The tap tests of one directory: a workspace (as compiled), or the repository itself. */
export class TapSuite {
  constructor(directory, place = 'dist/test') {
    this.directory = directory;
    this.place = place;
    this.shortName = directory === root ? 'repository' : basename(directory);
    this.name = relative(root, directory) || this.shortName;
  }

  /**
   * Runs every compiled test of the workspace.
   *
   * @param {{coverageDirOf?: (name: string) => string}} options - where V8 writes coverage; without it none is collected
   */
  async run({ coverageDirOf } = {}) {
    const tests = listTests(this.directory, this.place);
    if (tests.length === 0) return new Tally();
    const results = join(this.directory, '.tap/test-results');
    rmSync(results, { recursive: true, force: true });
    const reporter = process.stdout.isTTY === true ? 'base' : 'min';
    const args = [binOf('tap'), 'run', '--disable-coverage', `--reporter=${reporter}`, ...tests];
    const env = coverageDirOf === undefined ? {} : { NODE_V8_COVERAGE: coverageDirOf(this.shortName) };
    const exitCode = await run(`testing ${this.name}`, process.execPath, args, { cwd: this.directory, env });
    const tally = new Tally();
    for (const file of listResults(results)) {
      tally.add(
        tallyTap(join(this.name, relative(results, file).replace(/\.tap$/, '')), readFileSync(file, 'utf8')),
      );
    }
    if (exitCode !== 0 && tally.failed === 0) tally.fail(`${this.name}: tap ended with ${exitCode}`);
    return tally;
  }
}

/** Every test of the Cargo workspace. */
export class CargoSuite {
  name = 'cargo';
  shortName = 'cargo';

  async run() {
    const reader = new CargoReader();
    const args = ['test', '--release', '--locked', '--workspace', '--no-fail-fast'];
    const exitCode = await run('testing the native crates', 'cargo', args, {
      onLine: (line) => reader.line(line),
    });
    if (exitCode !== 0 && reader.tally.failed === 0) reader.tally.fail(`cargo test ended with ${exitCode}`);
    return reader.tally;
  }
}

/**
 * All suites in the order they run: pure packages first, so that a broken base shows before what stands on it, and last
 * the gate of the benchmark, when nothing else runs.
 *
 * @param {string[]} [asked] - suites that were named
 */
export function allSuites(asked = []) {
  const order = [
    'flv',
    'wire',
    'transport',
    'core',
    'testkit',
    'quic',
    'tcp',
    'h2',
    'relay',
    'cli',
    'netem',
    'bench',
  ];
  const rank = (name) => (order.indexOf(name) + order.length + 1) % (order.length + 1);
  const suites = workspaceDirs().map((directory) => new TapSuite(directory));
  suites.sort((a, b) => rank(a.shortName) - rank(b.shortName));
  const gate = new GateSuite({ run, wanted: asked.includes('gate') || wantedBy(process.env) });
  return [new TapSuite(root, 'test'), ...suites, new CargoSuite(), gate];
}
