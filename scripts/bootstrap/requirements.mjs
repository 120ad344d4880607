/** What the machine must bring: Node, and Rust when the addon has to be built. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { at } from './paths.mjs';
import { SetupError } from './step.mjs';

const nodeFloor = [20, 19];

/** Throws one clear line when this Node is too old. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [floorMajor, floorMinor] = nodeFloor;
  if (major > floorMajor || (major === floorMajor && minor >= floorMinor)) return;
  throw new SetupError(
    `needs Node ${nodeFloor.join('.')} or newer and this is ${process.versions.node}: get it from https://nodejs.org/ or with a version manager`,
  );
}

/** The output of `COMMAND --version`, or undefined when there is no such program. */
export function versionOf(command) {
  try {
    return execFileSync(command, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

const howToGetRust =
  'install it with "curl https://sh.rustup.rs -sSf | sh" and open a new shell, or see https://rustup.rs/';

/** The oldest Rust that the crates take, as Cargo.toml says. */
function rustFloor() {
  const [, major = '1', minor = '88'] =
    /^rust-version = "(\d+)\.(\d+)/m.exec(readFileSync(at('Cargo.toml'), 'utf8')) ?? [];
  return [Number(major), Number(minor)];
}

/** Throws one clear line when cargo or rustc is missing or too old. */
export function requireRust() {
  const [floorMajor, floorMinor] = rustFloor();
  const missing = ['cargo', 'rustc'].filter((command) => versionOf(command) === undefined);
  if (missing.length > 0) {
    throw new SetupError(
      `needs ${missing.join(' and ')} (Rust ${floorMajor}.${floorMinor} or newer) to build the QUIC addon: ${howToGetRust}`,
    );
  }
  const [, major, minor] = /^rustc (\d+)\.(\d+)/.exec(versionOf('rustc')) ?? [];
  if (Number(major) > floorMajor || (Number(major) === floorMajor && Number(minor) >= floorMinor)) return;
  throw new SetupError(
    `needs Rust ${floorMajor}.${floorMinor} or newer to build the QUIC addon and this is ${major}.${minor}: run "rustup update", or ${howToGetRust}`,
  );
}
