/** Streams of the peer on their way to the owner. */
import type { BidiStream, ConnectionEvents, ReceiveStream } from '@longhaul/transport';

type Arrival =
  | { readonly direction: 'uni'; readonly stream: ReceiveStream }
  | { readonly direction: 'bidi'; readonly stream: BidiStream };

/** Bounded by the streams that the peer may open. */
export class Arrivals {
  #waiting: Arrival[] = [];

  addUni(stream: ReceiveStream): void {
    this.#waiting.push({ direction: 'uni', stream });
  }

  addBidi(stream: BidiStream): void {
    this.#waiting.push({ direction: 'bidi', stream });
  }

  clear(): void {
    this.#waiting = [];
  }

  /** Tells them, by `run`, which keeps what an owner throws from the others. */
  deliver(owner: ConnectionEvents, run: (call: () => void) => void): void {
    while (this.#waiting.length > 0) {
      for (const next of this.#waiting.splice(0)) {
        run(() =>
          next.direction === 'uni' ? owner.onUniStream(next.stream) : owner.onBidiStream(next.stream),
        );
      }
    }
  }
}
