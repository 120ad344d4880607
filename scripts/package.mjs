/**
 * `npm run package -- --out DIR`: what a machine needs to run a relay, and nothing else. The tree needs Node and no npm,
 * no compiler and no network; it may be moved. No test, no source, no development package is in it.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { at, root } from './bootstrap/paths.mjs';
import { SetupError, say } from './bootstrap/step.mjs';
import { runtimeClosure } from './package/closure.mjs';

const usage =
  'usage: npm run package -- --out DIR (a directory that is not there or empty; it gets bin, node_modules, systemd)';

/** The package whose program is shipped. */
const program = '@longhaul/cli';

/** What of a workspace runs, beside its manifest: directories and files, those that it has. */
const shipped = ['dist/src', 'dist/page', 'src/generated', 'longhaul.node'];

/** What the program's own directory gets beside the packages: from the checkout -> in the tree. */
const extras = {
  LICENSE: 'LICENSE',
  'packaging/systemd': 'systemd',
  'docs/operations.md': 'docs/operations.md',
  'docs/deployment.md': 'docs/deployment.md',
  'docs/config.md': 'docs/config.md',
  'docs/errors.md': 'docs/errors.md',
};

/** Entry of the command. Resolves when the tree is whole; until then nothing stands at DIR. */
export async function runPackage(args) {
  const out = parse(args);
  if (existsSync(out) && (!statSync(out).isDirectory() || readdirSync(out).length > 0))
    throw new SetupError(`${out} is there and not empty: name a new directory`);
  mkdirSync(dirname(out), { recursive: true });
  const staged = join(dirname(out), `.${basename(out)}.${process.pid}`);
  try {
    const counts = fill(staged);
    rmSync(out, { recursive: true, force: true });
    renameSync(staged, out);
    say(`${out}: ${counts.workspaces} packages of ours, ${counts.packages} of others`);
    say(`run it with ${join(out, 'bin/longhaul')} relay --config FILE`);
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
}

function parse(args) {
  try {
    const { values } = parseArgs({ args, options: { out: { type: 'string' } } });
    if (values.out) return resolve(values.out);
  } catch (error) {
    throw new SetupError(`${error.message}; ${usage}`);
  }
  throw new SetupError(usage);
}

function fill(out) {
  const { workspaces, packages } = runtimeClosure(root, program);
  for (const { name, directory } of workspaces) copyWorkspace(at(directory), join(out, 'node_modules', name));
  for (const place of packages) {
    const owner = workspaces.find(({ directory }) => place.startsWith(`${directory}/`));
    const to = owner === undefined ? place : place.replace(owner.directory, `node_modules/${owner.name}`);
    copy(at(place), join(out, to), (path) => isRunTime(path) && !isNested(path));
  }
  for (const [from, to] of Object.entries(extras)) copy(at(from), join(out, to));
  writeProgram(out);
  writeFileSync(join(out, 'build.json'), `${JSON.stringify(describe(), undefined, 2)}\n`);
  return { workspaces: workspaces.length, packages: packages.length };
}

/** Types and source maps are for people who build. */
function isRunTime(path) {
  return !/\.d\.[cm]?ts$|\.map$/.test(path);
}

/** Packages inside a package are places of their own in the lock file. */
function isNested(path) {
  return basename(path) === 'node_modules';
}

function copyWorkspace(from, to) {
  for (const part of shipped) {
    if (existsSync(join(from, part))) copy(join(from, part), join(to, part), isRunTime);
  }
  const { name, version, license, type, engines, exports, imports, dependencies } = JSON.parse(
    readFileSync(join(from, 'package.json'), 'utf8'),
  );
  const manifest = { name, version, private: true, license, type, engines, exports, imports, dependencies };
  writeFileSync(join(to, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

function copy(from, to, filter = () => true) {
  cpSync(from, to, { recursive: true, filter: (source) => source === from || filter(source) });
}

function writeProgram(out) {
  const file = join(out, 'bin/longhaul');
  mkdirSync(dirname(file), { recursive: true });
  const main = `../node_modules/${program}/dist/src/main.js`;
  // Without an ending and as CommonJS: so it starts also under loaders that NODE_OPTIONS brings.
  writeFileSync(
    file,
    `#!/usr/bin/env node\nimport('${main}').then(({ main }) => main(process.argv.slice(2)));\n`,
  );
  chmodSync(file, 0o755);
  const { name, version, license, engines } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  const manifest = { name, version, private: true, license, type: 'commonjs', engines };
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** What this was built from and for: the addon fits one kind of machine. */
function describe() {
  const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  const { glibcVersionRuntime: glibc } = process.report.getReport().header;
  return {
    version,
    commit: commit(),
    node: process.version,
    platform: process.platform,
    arch: process.arch,
    glibc,
  };
}

/** The commit of the checkout, `+` when files differ from it; absent outside of git. */
function commit() {
  const git = (...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return git('rev-parse', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+');
  } catch {
    return undefined;
  }
}
