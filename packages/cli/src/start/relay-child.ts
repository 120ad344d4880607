/** One relay as a supervised child process: ready, drained, gone. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DaemonMessage } from '@longhaul/relay';
import { CliError } from '../errors.js';

/** Addresses (`host:port`) that a relay really bound. */
export type BoundAddresses = Extract<DaemonMessage, { type: 'ready' }>['addresses'];

/** What a relay's drain met. */
export type DrainSummary = Extract<DaemonMessage, { type: 'drained' }>['summary'];

/** How a relay is run. */
export interface RelayChildOptions {
  /** For messages. */
  readonly name: string;
  readonly configFile: string;
  /** Load, but bind and dial nothing before `go()`. */
  readonly held?: boolean;
  /** One line of the relay's log or of its standard error. */
  readonly onLog?: (line: string, from: 'log' | 'stderr') => void;
  /** Starts the process elsewhere, such as in a network namespace; absent: here. */
  readonly spawn?: (command: string, args: readonly string[], options: SpawnOptions) => ChildProcess;
}

const MAIN = fileURLToPath(new URL('./relay-process.js', import.meta.url));

/**
 * Runs `longhaul relay --config FILE` with an IPC channel: the relay leaves Ctrl-C to its parent, and drains when the
 * parent is gone.
 */
export class RelayChild {
  readonly name: string;
  /** Resolves with the bound addresses; rejects with `LH_CLI_CHILD` when the relay ends before. */
  readonly ready: Promise<BoundAddresses>;
  /** Resolves when the process has ended, with what its drain said. */
  readonly ended: Promise<DrainSummary | undefined>;
  readonly #process: ChildProcess;
  #lastWords = '';
  #drained: DrainSummary | undefined;
  #stopping = false;

  constructor(options: RelayChildOptions) {
    this.name = options.name;
    const args = ['relay', '--config', options.configFile, ...(options.held ? ['--held'] : [])];
    // Flags of this process (a debugger's port, --input-type) are not for its children.
    this.#process = (options.spawn ?? spawn)(process.execPath, [MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: withoutConfig(process.env),
    });
    this.#readLines('stdout', (line) => options.onLog?.(line, 'log'));
    this.#readLines('stderr', (line) => {
      if (line.trim() !== '') this.#lastWords = line.trim();
      options.onLog?.(line, 'stderr');
    });
    this.ready = new Promise((resolve, reject) => {
      this.#process.on('message', (message: DaemonMessage) => {
        if (message.type === 'ready') resolve(message.addresses);
        if (message.type === 'drained') this.#drained = message.summary;
      });
      this.#process.once('error', (cause) =>
        reject(new CliError('LH_CLI_CHILD', `the ${this.name} relay cannot be started`, { cause })),
      );
      this.#process.once('close', () => reject(this.diedError()));
    });
    // Whoever waits for `ready` hears of the failure; the others hear of it by `ended`.
    this.ready.catch(() => {});
    this.ended = new Promise((resolve) => this.#process.once('close', () => resolve(this.#drained)));
  }

  /** Lets a held relay begin. */
  go(): void {
    if (this.#process.connected) this.#process.send('go');
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** True once `stop` or `kill` was called: an end after that is no accident. */
  get stopping(): boolean {
    return this.#stopping;
  }

  /** Asks the relay to drain. Idempotent: the relay would take a second signal as "at once". */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#process.kill('SIGTERM');
  }

  /** Ends the process now. */
  kill(): void {
    this.#stopping = true;
    this.#process.kill('SIGKILL');
  }

  /** Why the process is gone. */
  diedError(): CliError {
    const { exitCode, signalCode } = this.#process;
    const how = signalCode !== null ? `signal ${signalCode}` : `exit code ${exitCode}`;
    const words = this.#lastWords === '' ? '' : `: ${this.#lastWords}`;
    return new CliError('LH_CLI_CHILD', `the ${this.name} relay ended by itself (${how})${words}`);
  }

  #readLines(from: 'stdout' | 'stderr', onLine: (line: string) => void): void {
    const stream = this.#process[from];
    if (stream) createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
  }
}

/** What the shell sets for a relay of its own is not for these: it would override both config files. */
function withoutConfig(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('LONGHAUL_')));
}
