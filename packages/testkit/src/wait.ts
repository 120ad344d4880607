/** Waiting in tests: on promises that somebody resolves, or on something outside that tells nothing. */
import { setTimeout as sleep } from 'node:timers/promises';

/** A promise with its resolver. */
export interface Deferred<Value> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
  reject(error: Error): void;
}

/** A promise that somebody else settles: turns an event into something to await. */
export function deferred<Value = void>(): Deferred<Value> {
  let resolve!: (value: Value) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<Value>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

/**
 * Looks until `look` returns something else than undefined or false, and returns that. Only for what gives no event:
 * another process, a port, a file. Rejects with `what` when `timeoutMs` (5 s) pass first.
 */
export async function waitFor<Value>(
  what: string,
  look: () => Value | undefined | false | Promise<Value | undefined | false>,
  options: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<Value> {
  const { timeoutMs = 5_000, everyMs = 10 } = options;
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > untilMs) throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`);
    await sleep(everyMs);
  }
}
