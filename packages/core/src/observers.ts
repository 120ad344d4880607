/**
 * A set of observers that cannot harm each other.
 *
 * Every observer hears every event once, in order, whatever the others do: one that throws is reported and the rest
 * are served; one that unsubscribes hears no more at once; an event caused inside a callback is delivered after the
 * present one has reached everybody; one added inside a callback hears only events that happen after it was added.
 */

/** Where the error of an observer goes. */
export type FaultHandler = (error: unknown) => void;

interface Subscriber<T> {
  readonly observer: T;
  /** The number of events that had happened when it subscribed. */
  readonly since: number;
  active: boolean;
}

interface Waiting<T> {
  readonly call: (observer: T) => void;
  readonly event: number;
}

/** Observers of one object. */
export class Observers<T> {
  readonly #onFault: FaultHandler | undefined;
  #subscribers: readonly Subscriber<T>[] = [];
  #waiting: Waiting<T>[] = [];
  #events = 0;
  #delivering = false;

  /** Without `onFault`, the first error of an event is thrown by `notify` once everybody was served. */
  constructor(onFault?: FaultHandler) {
    this.#onFault = onFault;
  }

  get size(): number {
    return this.#subscribers.length;
  }

  /** Adds an observer; the function returned takes it away and is idempotent. */
  add(observer: T): () => void {
    const subscriber: Subscriber<T> = { observer, since: this.#events, active: true };
    this.#subscribers = [...this.#subscribers, subscriber];
    return () => {
      if (!subscriber.active) return;
      subscriber.active = false;
      this.#subscribers = this.#subscribers.filter((other) => other !== subscriber);
    };
  }

  /** Delivers an event to everybody, now or, inside another delivery, right after it. */
  notify(call: (observer: T) => void): void {
    this.#events += 1;
    if (this.#delivering) {
      this.#waiting.push({ call, event: this.#events });
      return;
    }
    this.#delivering = true;
    const faults: unknown[] = [];
    this.#deliver(call, this.#events, faults);
    for (let index = 0; index < this.#waiting.length; index += 1) {
      const waiting = this.#waiting[index] as Waiting<T>;
      this.#deliver(waiting.call, waiting.event, faults);
    }
    if (this.#waiting.length > 0) this.#waiting = [];
    this.#delivering = false;
    if (faults.length > 0) this.#report(faults);
  }

  #deliver(call: (observer: T) => void, event: number, faults: unknown[]): void {
    for (const subscriber of this.#subscribers) {
      if (!subscriber.active || subscriber.since >= event) continue;
      try {
        call(subscriber.observer);
      } catch (error) {
        faults.push(error);
      }
    }
  }

  #report(faults: readonly unknown[]): void {
    if (this.#onFault === undefined) throw faults[0];
    for (const fault of faults) this.#onFault(fault);
  }
}
