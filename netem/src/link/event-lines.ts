/** A child of ours that writes one JSON object a line. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { NetemError } from '../errors.js';

/** One line. */
export interface ChildEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

/**
 * The events of a child, in order, for one reader at a time.
 *
 * Inputs: the child's stdout and its end. Outputs: `next(event)`, which rejects with `LH_NETEM_ROUTER` and the child's
 * own words when it ends, says `error`, or keeps silent.
 */
export class EventLines {
  readonly #arrived: ChildEvent[] = [];
  #waiting: (() => void) | undefined;
  #ended: string | undefined;
  #words = '';

  constructor(child: ChildProcess) {
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.#arrived.push(parseEvent(line));
        this.#waiting?.();
      });
    }
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#words = (this.#words + text).slice(-MOST_WORDS);
    });
    child.once('error', (error) => this.#end(error.message));
    child.once('close', (code, signal) => this.#end(`it ended with ${signal ?? code}`));
  }

  /** The next event, which must be `wanted`. */
  async next(wanted: string, timeoutMs = ANSWER_MS): Promise<ChildEvent> {
    const deadline = performance.now() + timeoutMs;
    while (this.#arrived.length === 0) {
      if (this.#ended !== undefined) throw this.failure();
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw this.#failure(`no ${wanted} within ${timeoutMs / 1000} s`);
      await this.#something(leftMs);
    }
    const event = this.#arrived.shift() as ChildEvent;
    if (event.event === wanted) return event;
    throw this.#failure(
      event.event === 'error' ? String(event.message) : `expected ${wanted}, got ${event.event}`,
    );
  }

  /** What went wrong with the child, in its own words. */
  failure(): NetemError {
    return this.#failure(this.#words.trim() || this.#ended || 'it failed');
  }

  #something(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#waiting = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #end(words: string): void {
    this.#ended ??= words;
    this.#waiting?.();
  }

  #failure(words: string): NetemError {
    const line = (words.split('\n')[0] ?? words).replace(/^longhaul-router: /, '');
    return new NetemError('LH_NETEM_ROUTER', `longhaul-router: ${line}`);
  }
}

function parseEvent(line: string): ChildEvent {
  try {
    return JSON.parse(line) as ChildEvent;
  } catch {
    return { event: 'error', message: `not an event: ${line}` };
  }
}

const ANSWER_MS = 10_000;
const MOST_WORDS = 4_096;
