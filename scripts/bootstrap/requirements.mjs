/** What the machine must bring: Node, and Rust when the addon has to be built. */
import { execFileSync } from 'node:child_process';
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

/** Throws one clear line when cargo or rustc is missing. */
export function requireRust() {
  const missing = ['cargo', 'rustc'].filter((command) => versionOf(command) === undefined);
  if (missing.length === 0) return;
  throw new SetupError(
    `needs ${missing.join(' and ')} (Rust 1.88 or newer) to build the QUIC addon: install it with "curl https://sh.rustup.rs -sSf | sh" and open a new shell, or see https://rustup.rs/`,
  );
}
