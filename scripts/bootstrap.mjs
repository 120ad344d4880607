/**
 * Sets this checkout up and runs a command in the same process: `node scripts/bootstrap.mjs COMMAND [ARGS]`.
 *
 * Needs nothing but Node: it installs the npm packages, builds the Rust addon, the TypeScript and the page, each only
 * when its inputs changed. What it says goes to stderr. It is not a build system: cargo, tsc and vite decide what
 * to rebuild; here it is only decided whether to ask them.
 */
import { pathToFileURL } from 'node:url';
import { install, isInstalled } from './bootstrap/install.mjs';
import { withLock } from './bootstrap/lock.mjs';
import { buildNative, isNativeBuilt } from './bootstrap/native.mjs';
import { buildPage, isPageBuilt } from './bootstrap/page.mjs';
import { at } from './bootstrap/paths.mjs';
import { requireNode } from './bootstrap/requirements.mjs';
import { SetupError, say } from './bootstrap/step.mjs';
import { buildTypeScript, isTypeScriptBuilt } from './bootstrap/typescript.mjs';

/**
 * Makes everything that running longhaul needs, or returns within some tens of milliseconds when it is there. Safe to
 * call from several processes at once. Rejects with a SetupError of one line.
 */
export async function ensureBuilt() {
  requireNode();
  if (isInstalled() && isNativeBuilt() && isTypeScriptBuilt() && isPageBuilt()) return;
  await withLock(async () => {
    await install();
    await buildNative();
    await buildTypeScript();
    await buildPage();
  });
}

/** What each command runs once everything is built: a module, the function of it that takes the arguments. */
const commands = {
  start: { module: 'packages/cli/dist/src/start.js', entry: 'start' },
  test: { module: 'scripts/test.mjs', entry: 'runTests' },
  check: { module: 'scripts/check.mjs', entry: 'runCheck' },
  docs: { module: 'scripts/docs.mjs', entry: 'runDocs' },
  interop: { module: 'scripts/interop.mjs', entry: 'runInterop' },
  package: { module: 'scripts/package.mjs', entry: 'runPackage' },
  fuzz: { module: 'bench/dist/src/fuzz.js', entry: 'run' },
  'bench:rate': { module: 'bench/dist/src/rate.js', entry: 'run' },
  'bench:faults': { module: 'bench/dist/src/faults.js', entry: 'run' },
  'bench:soak': { module: 'bench/dist/src/soak.js', entry: 'run' },
  'bench:hop': { module: 'bench/dist/src/hop.js', entry: 'run' },
  'bench:attacks': { module: 'bench/dist/src/attacks.js', entry: 'run' },
  'bench:delay': { module: 'bench/dist/src/delay.js', entry: 'run' },
};

async function main([name, ...args]) {
  const command = commands[name];
  if (command === undefined && name !== 'build') {
    throw new SetupError(
      `usage: node scripts/bootstrap.mjs ${['build', ...Object.keys(commands)].join('|')} [arguments]`,
    );
  }
  await ensureBuilt();
  if (command === undefined) return say('everything is built');
  const module = await import(pathToFileURL(at(command.module)).href);
  const exitCode = await module[command.entry](args);
  if (typeof exitCode === 'number') process.exitCode = exitCode;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main(process.argv.slice(2)).catch((error) => {
    process.stderr.write(
      error instanceof SetupError ? `longhaul: ${error.message}\n` : `${error?.stack ?? error}\n`,
    );
    // Who reads the last line of a test run finds one also when nothing could be built.
    if (process.argv[2] === 'test') process.stdout.write('0 passed, 1 failed\n');
    process.exitCode = 1;
  });
}
