/** What is Rust: the QUIC addon, copied to where packages/quic loads it, and the router of emulated links. */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fingerprint, listFiles, Stamp } from './fingerprint.mjs';
import { addonFile, at, root } from './paths.mjs';
import { requireRust } from './requirements.mjs';
import { runStep, SetupError } from './step.mjs';

const stamp = new Stamp('native');
const nativeDirs = ['packages/quic/native', 'netem/native'];
/** Emulated links are made of namespaces and packet sockets: Linux alone has them. */
const withRouter = process.platform === 'linux';
const crates = ['-p', 'longhaul-node', ...(withRouter ? ['-p', 'longhaul-router'] : [])];
const libraryName = 'longhaul_node';
/** Stays where cargo puts it: netem/src/link/binary.ts looks there. */
const routerFile = join(process.env.CARGO_TARGET_DIR ?? at('target'), 'release/longhaul-router');

function wantedFingerprint() {
  const sources = nativeDirs.flatMap((directory) =>
    listFiles(at(directory), (name) => name.endsWith('.rs') || name === 'Cargo.toml'),
  );
  const manifests = [at('Cargo.toml'), at('Cargo.lock'), at('rust-toolchain.toml'), at('.cargo/config.toml')];
  return fingerprint(
    [...manifests.filter((file) => existsSync(file)), ...sources],
    [process.platform, process.arch, process.env.CARGO_TARGET_DIR ?? ''],
  );
}

const hasOutputs = () => existsSync(addonFile) && (!withRouter || existsSync(routerFile));

/** True when all is there and built from the sources as they are. */
export function isNativeBuilt() {
  return hasOutputs() && stamp.holds(wantedFingerprint());
}

/** How many crates the trees have; undefined when cargo cannot say (it then builds without a total). */
async function countCrates() {
  try {
    const { stdout } = await promisify(execFile)(
      'cargo',
      ['tree', '--locked', ...crates, '-e', 'normal,build', '--prefix', 'none', '-f', '{p}'],
      { cwd: root, maxBuffer: 1 << 24 },
    );
    return new Set(stdout.split('\n').map((line) => line.replace(/ \(\*\)$/, ''))).size - 1;
  } catch {
    return undefined;
  }
}

/** Builds both unless they are up to date. */
export async function buildNative() {
  const wanted = wantedFingerprint();
  if (hasOutputs() && stamp.holds(wanted)) return;
  requireRust();
  const total = await countCrates();
  const done = new Set();
  let library;
  await runStep({
    title: 'building the QUIC addon and the router of emulated links',
    command: 'cargo',
    args: ['build', '--release', '--locked', ...crates, '--message-format=json-render-diagnostics'],
    hint: 'Its messages are above',
    onLine(line) {
      const message = JSON.parse(line);
      if (message.reason !== 'compiler-artifact') return;
      done.add(message.package_id);
      if (message.target.name !== libraryName) return;
      library = message.filenames.find((file) => /\.(so|dylib|dll)$/.test(file)) ?? library;
    },
    detail: () =>
      total === undefined ? `${done.size} crates` : `${Math.min(done.size, total)}/${total} crates`,
  });
  if (library === undefined) throw new SetupError(`cargo built no library named ${libraryName}`);
  // By rename: a running process keeps the library it has mapped.
  const temporary = `${addonFile}.${process.pid}`;
  copyFileSync(library, temporary);
  renameSync(temporary, addonFile);
  stamp.write(wanted);
}
