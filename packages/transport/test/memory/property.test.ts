/** Whatever happens to the streams of a link that reorders packets: what is finished arrives whole, and no credit leaks. */
import { Random, virtualLink } from '@longhaul/testkit';
import fc from 'fast-check';
import t from 'tap';
import { Journal } from '../../src/compliance/journal.js';
import { Reader } from '../../src/compliance/reader.js';
import { Writer } from '../../src/compliance/writer.js';
import type { Connection, ReceiveStream, SendStream } from '../../src/index.js';

const LIMITS = {
  maxConcurrentUni: 3,
  maxConcurrentBidi: 2,
  streamWindowBytes: 8_000,
  connectionWindowBytes: 20_000,
  sendBufferBytes: 5_000,
};

/** One end of the link, doing what comes to mind. */
class Actor {
  readonly #connection: Connection;
  readonly #random: Random;
  readonly #journal = new Journal();
  readonly #writers: Writer[] = [];
  readonly readers: Reader[] = [];
  /** New streams are not read until `resumeAll`. */
  holding = false;

  constructor(connection: Connection, random: Random) {
    this.#connection = connection;
    this.#random = random;
    connection.attach({
      onUniStream: (stream) => this.#accept(stream),
      onBidiStream: ({ send, receive }) => {
        this.#accept(receive);
        this.#write(send);
      },
      onDatagram: () => {},
      onClosed: () => {},
    });
  }

  act(): void {
    const random = this.#random;
    const writer = this.#writers.length > 0 ? random.pick(this.#writers) : undefined;
    const reader = this.readers.length > 0 ? random.pick(this.readers) : undefined;
    random.pick([
      () => this.#write(this.#connection.openUni({ priority: random.integer(0, 3) })),
      () => {
        const { send, receive } = this.#connection.openBidi({ priority: random.integer(0, 3) });
        this.#write(send);
        this.#accept(receive);
      },
      () => writer?.stream.reset(random.integer(0, 9)),
      () => writer?.stream.setPriority(random.integer(0, 9)),
      () => reader?.stop(random.integer(0, 9)),
      () => reader?.pause(),
      () => reader?.resume(),
      () => this.#connection.sendDatagram(random.bytes(20)),
    ])();
  }

  resumeAll(): void {
    for (const reader of this.readers) reader.resume();
  }

  #accept(stream: ReceiveStream): void {
    const reader = new Reader(this.#journal, stream);
    this.readers.push(reader);
    if (!this.holding && this.#random.chance(0.1)) reader.stop(1);
    else reader.read();
    if (this.holding || this.#random.chance(0.3)) reader.pause();
  }

  #write(stream: SendStream): void {
    const options = { label: this.#random.integer(0, 1_000_000), size: this.#random.integer(4, 30_000) };
    this.#writers.push(new Writer(this.#journal, stream, options).start());
  }
}

/** A breach, a stream that arrived otherwise than it was sent, or undefined. */
function complaint({ readers }: Actor): string | undefined {
  for (const reader of readers) {
    if (reader.breaches.length > 0) return reader.breaches.join();
    if (reader.size === undefined) continue;
    const found = reader.complaint(reader.label, reader.size);
    if (found) return found;
  }
  return undefined;
}

/**
 * Sends three streams larger than every window at once, both ways. As long as nobody reads, what gets away is the
 * window of the connection but for the eighth that need not have been granted yet; then everything arrives.
 */
function leak(link: ReturnType<typeof virtualLink>, actors: readonly Actor[]): string | undefined {
  const journal = new Journal();
  for (const actor of actors) actor.holding = true;
  const before = actors.map((actor) => actor.readers.length);
  for (const connection of [link.dialer, link.acceptor]) {
    const writers = Array.from({ length: LIMITS.maxConcurrentUni }, (_, label) =>
      new Writer(journal, connection.openUni({ priority: 0 }), { label, size: 40_000 }).start(),
    );
    link.clock.advance(1_000);
    const accepted = writers.reduce((sum, writer) => sum + writer.acceptedBytes, 0);
    const windowBytes = accepted - writers.length * LIMITS.sendBufferBytes;
    if (windowBytes < (LIMITS.connectionWindowBytes * 7) / 8)
      return `${windowBytes} bytes are left of the window`;
  }
  for (let step = 0; step < 40; step++) {
    link.clock.advance(500);
    for (const actor of actors) actor.resumeAll();
  }
  const { bytesQueued, bytesInFlight } = link.dialer.stats();
  if (bytesQueued + bytesInFlight > 0)
    return `${bytesQueued} bytes queued, ${bytesInFlight} in flight at the end`;
  const came = actors.map((actor, index) => actor.readers.length - (before[index] as number));
  return came.every((count) => count === LIMITS.maxConcurrentUni)
    ? undefined
    : `${came} streams came at the end`;
}

t.test('any mix of writes, resets, stops and pauses', async (t) => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 120 }), (seed, steps) => {
      const random = new Random(seed);
      const link = virtualLink({
        latencyMs: 10,
        jitterMs: random.pick([0, 8, 50]),
        rateBps: random.pick([5_000_000, 100_000_000]),
        loss: random.pick([0, 0.1]),
        seed: random.uint32(),
        limits: LIMITS,
      });
      const actors = [new Actor(link.dialer, random), new Actor(link.acceptor, random)];
      for (let step = 0; step < steps; step++) {
        random.pick(actors).act();
        if (random.chance(0.5)) link.clock.advance(random.integer(0, 30));
      }
      for (let step = 0; step < 60; step++) {
        link.clock.advance(1_000);
        for (const actor of actors) actor.resumeAll();
      }
      const wrong = leak(link, actors) ?? actors.map((actor) => complaint(actor)).find(Boolean);
      if (wrong) throw new Error(wrong);
    }),
    { numRuns: 300, seed: 20 },
  );
  t.pass('arrives whole and leaks no credit');
});
