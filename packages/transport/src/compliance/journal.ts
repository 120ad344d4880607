/** What happened, in order, over all listeners of a case; and promises of what will. */

/** One event, as its listener heard it. */
export interface JournalEntry {
  /** Which listener: `dialer`, `reader low` ... */
  readonly who: string;
  readonly what: string;
  readonly value?: unknown;
}

/** A log that all listeners of a case share. */
export class Journal {
  readonly entries: JournalEntry[] = [];

  note(who: string, what: string, value?: unknown): void {
    this.entries.push({ who, what, value });
  }

  /** The events of one listener, in order. */
  of(who: string): readonly string[] {
    return this.entries.filter((entry) => entry.who === who).map((entry) => entry.what);
  }

  /** How many events were heard while `call` ran: none, if the transport keeps to its contract. */
  during(call: () => void): number {
    const before = this.entries.length;
    call();
    return this.entries.length - before;
  }
}

/** A promise with its resolver. */
export interface Deferred<Value> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
}

/** A promise that somebody else resolves. */
export function deferred<Value>(): Deferred<Value> {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
