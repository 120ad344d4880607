/** A generator or sink as a process of its own, so that its processor time is told apart. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromWorker, ToWorker, WorkerTask } from './messages.js';

/** The parent's end. */
export class Worker {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<string, { resolve(message: FromWorker): void; reject(error: Error): void }>();
  readonly #name: string;
  #failure: Error | undefined;

  constructor(name: 'generator' | 'sink', task: WorkerTask) {
    this.#name = name;
    this.#process = fork(fileURLToPath(new URL(`./${name}.js`, import.meta.url)), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: [],
    });
    this.#process.on('message', (message: FromWorker) => this.#take(message));
    this.#process.once('close', (code) => this.#fail(new Error(`the ${name} ended with ${code}`)));
    this.send({ type: 'task', task });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  send(message: ToWorker): void {
    if (this.#process.connected) this.#process.send(message);
  }

  /** Resolves with the next message of this type; rejects when the worker fails or ends. Ask before it can come. */
  next<Type extends FromWorker['type']>(type: Type): Promise<Extract<FromWorker, { type: Type }>> {
    const message = new Promise<Extract<FromWorker, { type: Type }>>((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure);
      this.#waiting.set(type, { resolve: resolve as (message: FromWorker) => void, reject });
    });
    message.catch(() => {});
    return message;
  }

  /** Ends the process now. Idempotent. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #take(message: FromWorker): void {
    if (message.type === 'failed') {
      this.#fail(new Error(`${this.#name}: ${message.reason}`));
      return;
    }
    this.#waiting.get(message.type)?.resolve(message);
    this.#waiting.delete(message.type);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** What a worker's own file gives: its reaction to each message. */
export interface WorkerPart {
  start(task: WorkerTask): void;
  go(): void;
  /** Sends the report. */
  stop(): void;
}

/** The worker's end of the channel: runs `part` until it is stopped or the parent is gone. */
export function runWorker(part: WorkerPart): void {
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message: ToWorker) => {
    if (message.type === 'task') part.start(message.task);
    else if (message.type === 'go') part.go();
    else part.stop();
  });
}

/** Tells the parent. */
export function tell(message: FromWorker): void {
  process.send?.(message);
}
