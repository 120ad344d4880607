import type { BidiStream, CloseInfo, Connection, ReceiveStream } from '../connection.js';
import { deferred, type Journal } from './journal.js';

/** The owner of one end: attaches to it, writes the journal and hands out what comes. */
export class Owner {
  readonly connection: Connection;
  readonly datagrams: Uint8Array[] = [];
  readonly #uni: Inbox<ReceiveStream>;
  readonly #bidi: Inbox<BidiStream>;
  readonly #datagrams = new Inbox<Uint8Array>();
  readonly #closed = deferred<CloseInfo>();
  readonly #wanted: Array<() => void> = [];

  constructor(journal: Journal, connection: Connection) {
    this.connection = connection;
    this.#uni = new Inbox();
    this.#bidi = new Inbox();
    connection.attach({
      onUniStream: (stream) => {
        journal.note(connection.side, 'uni');
        this.#uni.put(stream);
      },
      onBidiStream: (stream) => {
        journal.note(connection.side, 'bidi');
        this.#bidi.put(stream);
      },
      onDatagram: (bytes) => {
        journal.note(connection.side, 'datagram');
        this.datagrams.push(bytes);
        this.#datagrams.put(bytes);
      },
      onWanted: () => {
        journal.note(connection.side, 'wanted');
        for (const visit of this.#wanted) visit();
      },
      onClosed: (info) => {
        journal.note(connection.side, 'closed', info);
        this.#closed.resolve(info);
      },
    });
  }

  /** Resolves once the connection is over. */
  get closed(): Promise<CloseInfo> {
    return this.#closed.promise;
  }

  /** Streams that came and were not handed out. */
  get waitingUni(): number {
    return this.#uni.size;
  }

  nextUni(): Promise<ReceiveStream> {
    return this.#uni.take();
  }

  nextBidi(): Promise<BidiStream> {
    return this.#bidi.take();
  }

  nextDatagram(): Promise<Uint8Array> {
    return this.#datagrams.take();
  }

  /** Calls `visit` each time the connection wants more. */
  eachWanted(visit: () => void): void {
    this.#wanted.push(visit);
  }

  /** Calls `visit` for every unidirectional stream, those that came already and those to come, as they come. */
  eachUni(visit: (stream: ReceiveStream) => void): void {
    this.#uni.each(visit);
  }

  /** The same for bidirectional ones. */
  eachBidi(visit: (stream: BidiStream) => void): void {
    this.#bidi.each(visit);
  }
}

/** Things that come and those who wait for them. */
class Inbox<Item> {
  readonly #items: Item[] = [];
  readonly #takers: Array<(item: Item) => void> = [];
  #visit: ((item: Item) => void) | undefined;

  get size(): number {
    return this.#items.length;
  }

  put(item: Item): void {
    const taker = this.#takers.shift() ?? this.#visit;
    if (taker) taker(item);
    else this.#items.push(item);
  }

  take(): Promise<Item> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  each(visit: (item: Item) => void): void {
    for (const item of this.#items.splice(0)) visit(item);
    this.#visit = visit;
  }
}
