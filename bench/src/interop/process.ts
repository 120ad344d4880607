/** Other people's programs as bounded child processes: ended by id, their last words kept. */
import { type ChildProcess, spawn } from 'node:child_process';
import { programPath } from '@longhaul/testkit';
import { CellFailure } from './cell.js';

/** How a program ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Last 4,000 characters of both outputs. */
  readonly output: string;
}

/** A program that runs at most `LIFETIME_MS`. */
export class Program {
  readonly name: string;
  readonly exit: Promise<Exit>;
  readonly #child: ChildProcess;

  constructor(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.name = name;
    this.#child = spawn(programPath(name) ?? name, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    living.add(this);
    let output = '';
    const keep = (text: Buffer) => {
      output = (output + text).slice(-4_000);
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    const timer = setTimeout(() => this.signal('SIGKILL'), LIFETIME_MS);
    this.exit = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        output += error.message;
      });
      this.#child.once('close', (code, signal) => {
        clearTimeout(timer);
        living.delete(this);
        resolve({ code, signal, output });
      });
    });
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Signals this process and no other. */
  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#child.kill(signal);
  }

  /** Asks the program to end, then insists; resolves when it has. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.signal(signal);
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_MS);
    const exit = await this.exit;
    clearTimeout(timer);
    return exit;
  }

  /** Resolves when the program ended with code 0; rejects with a `CellFailure` and its words otherwise, or after `timeoutMs`. */
  async succeeded(timeoutMs = LIFETIME_MS): Promise<void> {
    const { code, signal, output } = await within(timeoutMs, `the end of ${this.name}`, this.exit);
    if (code !== 0)
      throw new CellFailure(`${this.name} ended with ${code ?? signal}: ${output.trim().slice(-600)}`);
  }
}

/** Ends every program that still runs; for the end of a cell, however it ended. */
export async function stopAll(): Promise<void> {
  await Promise.all([...living].map((program) => program.stop()));
}

/** Rejects with a `CellFailure` naming `what` when `promise` takes longer than `timeoutMs`. */
export async function within<Value>(
  timeoutMs: number,
  what: string,
  promise: Promise<Value>,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new CellFailure(`waited ${timeoutMs} ms in vain for ${what}`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

const living = new Set<Program>();
/** No program of a cell needs longer. */
const LIFETIME_MS = 60_000;
/** From the request to end to the kill. */
const STOP_MS = 5_000;
