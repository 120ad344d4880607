/** A program at one end of a link: its lines, its last words, its end. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Host } from './link.js';

/** What to run and what to read of it. */
export interface ChildOptions {
  /** For messages and for the record. */
  readonly name: string;
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** How it ended. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** From the request to end to the kill. */
const STOP_MS = 4_000;
const WORDS_KEPT = 4_000;

/**
 * Inputs: the process's standard output, of which lines that are JSON objects with an `event` are events; its standard
 * error; its end. Outputs: `event`, `ended`, `stop`.
 */
export class Child {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #events = new Map<string, unknown>();
  readonly #waiting = new Map<string, ((event: unknown) => void)[]>();
  /** Resolves with how it ended; never rejects. */
  readonly ended: Promise<ChildExit>;
  #words = '';
  #exit: ChildExit | undefined;

  constructor(host: Host, options: ChildOptions) {
    this.name = options.name;
    this.#process = host.spawn(options.command, options.args ?? [], {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.env !== undefined && { env: { ...process.env, ...options.env } }),
      ...(options.cwd !== undefined && { cwd: options.cwd }),
    });
    this.#readLines();
    this.#process.stderr?.on('data', (text: Buffer) => this.#keep(String(text)));
    this.ended = new Promise((resolve) => {
      const end = (exit: ChildExit) => {
        this.#exit ??= exit;
        resolve(this.#exit);
      };
      this.#process.once('error', (error) => {
        this.#keep(error.message);
        end({ code: null, signal: null });
      });
      this.#process.once('close', (code, signal) => end({ code, signal }));
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get running(): boolean {
    return this.#exit === undefined;
  }

  /** The last line that it wrote and that was no event. */
  get lastWords(): string {
    return this.#words.trim().split('\n').at(-1)?.trim() ?? '';
  }

  /** Everything kept of what it wrote that was no event. */
  get words(): string {
    return this.#words;
  }

  /** An event that has come. */
  seen<Event>(name: string): Event | undefined {
    return this.#events.get(name) as Event | undefined;
  }

  /** The event of this name, once it comes; rejects when the program ends before or `ms` pass. */
  async event<Event>(name: string, ms: number): Promise<Event> {
    const seen = this.#events.get(name);
    if (seen !== undefined) return seen as Event;
    let timer: NodeJS.Timeout | undefined;
    const came = new Promise<Event>((resolve, reject) => {
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), resolve as (event: unknown) => void]);
      timer = setTimeout(() => reject(new Error(`the ${this.name} did not say "${name}" in ${ms} ms`)), ms);
      void this.ended.then(() => reject(this.endedError()));
    });
    return came.finally(() => clearTimeout(timer));
  }

  /** Why it is gone, in one line. */
  endedError(): Error {
    const how = this.#exit?.signal ?? `exit code ${this.#exit?.code}`;
    return new Error(`the ${this.name} ended (${how})${this.lastWords === '' ? '' : `: ${this.lastWords}`}`);
  }

  /** Asks it to end, then insists; resolves when it is gone. Idempotent. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', graceMs = STOP_MS): Promise<ChildExit> {
    if (this.#exit === undefined) this.#process.kill(signal);
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), graceMs);
    try {
      return await this.ended;
    } finally {
      clearTimeout(timer);
    }
  }

  #readLines(): void {
    if (this.#process.stdout === null) return;
    const lines = createInterface({ input: this.#process.stdout, crlfDelay: Number.POSITIVE_INFINITY });
    lines.on('line', (line) => {
      const event = parseEvent(line);
      if (event === undefined) {
        this.#keep(`${line}\n`);
        return;
      }
      this.#events.set(event.event, event);
      for (const resolve of this.#waiting.get(event.event) ?? []) resolve(event);
      this.#waiting.delete(event.event);
    });
  }

  #keep(text: string): void {
    this.#words = (this.#words + text).slice(-WORDS_KEPT);
  }
}

function parseEvent(line: string): { event: string } | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line) as { event?: unknown };
    return typeof value.event === 'string' ? { ...value, event: value.event } : undefined;
  } catch {
    return undefined;
  }
}

/** Runs a program at a host to its end and resolves with its standard output; rejects with its last words when it fails. */
export async function runAt(
  host: Host,
  command: string,
  args: readonly string[],
  ms = 5_000,
): Promise<string> {
  const child = new Child(host, { name: command, command, args });
  const timer = setTimeout(() => void child.stop('SIGKILL'), ms);
  const exit = await child.ended;
  clearTimeout(timer);
  if (exit.code !== 0) throw child.endedError();
  return child.words;
}
