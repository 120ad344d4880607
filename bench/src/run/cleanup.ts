/** What has to be undone after a run, however it ended. */

/** Nothing that is undone may keep a benchmark waiting longer. */
const DEADLINE_MS = 8_000;

interface Step {
  readonly what: string;
  readonly undo: () => void | Promise<void>;
}

/** Inputs: `defer`. Output: `run`, which undoes in reverse order. */
export class Cleanup {
  readonly #steps: Step[] = [];

  /** Adds a step; `what` names it when it fails. */
  defer(what: string, undo: () => void | Promise<void>): void {
    this.#steps.push({ what, undo });
  }

  /** Undoes everything, the newest first, each within a deadline. Resolves with what could not be undone. Idempotent. */
  async run(): Promise<string[]> {
    const failed: string[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await within(DEADLINE_MS, step.what, Promise.resolve(step.undo()));
      } catch (error) {
        failed.push(`${step.what}: ${(error as Error).message}`);
      }
    }
    return failed;
  }
}

/** `promise`, or a rejection that names `what` when it takes longer than `ms`. */
export async function within<Value>(ms: number, what: string, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
