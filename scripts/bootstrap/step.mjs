/** One long-running command with visible progress, with and without a terminal. Everything goes to stderr. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { root } from './paths.mjs';

/** How often a line is printed while a command runs without a terminal. */
const heartbeatMs = 5_000;

/** A set-up failure told in one line; no stack is printed for it. */
export class SetupError extends Error {
  constructor(message) {
    super(message);
    this.name = 'SetupError';
  }
}

/** Prints one line of the bootstrap's own. */
export function say(text) {
  process.stderr.write(`longhaul: ${text}\n`);
}

/**
 * Runs `command` and resolves with the seconds it took; rejects with a SetupError when it fails.
 *
 * @param {object} step
 * @param {string} step.title - what is being done, as a person would say it: "building the QUIC addon"
 * @param {string} step.command
 * @param {string[]} step.args
 * @param {NodeJS.ProcessEnv} [step.env] - added to the environment
 * @param {(line: string) => void} [step.onLine] - hears stdout line by line; without it stdout goes to stderr
 * @param {() => string} [step.detail] - what a heartbeat adds: "120/210 crates"
 * @param {string} [step.hint] - said when it fails
 */
export async function runStep(step) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  say(`${step.title} ...`);
  const child = spawn(step.command, step.args, {
    cwd: root,
    env: { ...process.env, ...step.env },
    stdio: ['ignore', step.onLine ? 'pipe' : 2, 2],
  });
  const timer = setInterval(() => {
    const detail = step.detail?.();
    if (process.stderr.isTTY !== true) say(`${step.title}: ${seconds()} s${detail ? `, ${detail}` : ''}`);
  }, heartbeatMs);
  const lines = child.stdout ? createInterface({ input: child.stdout }) : undefined;
  lines?.on('line', step.onLine);
  try {
    const outcome = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? signal));
    });
    if (outcome !== 0)
      throw new SetupError(`${step.title} failed (${outcome})${step.hint ? `. ${step.hint}` : ''}`);
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError(`${step.title} failed: ${error.message}${step.hint ? `. ${step.hint}` : ''}`);
  } finally {
    clearInterval(timer);
  }
  if (seconds() >= 2) say(`${step.title}: done in ${seconds()} s`);
  return seconds();
}
