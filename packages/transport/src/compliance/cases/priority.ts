/** Higher goes first, also past what waited before. */
import type { Assert, ComplianceCase } from '../case.js';
import { deferred, Journal } from '../journal.js';
import { Owner } from '../owner.js';
import { type Pair, type PairOptions, underWayBoundBytes } from '../pair.js';
import { Reader } from '../reader.js';
import { Writer } from '../writer.js';

/**
 * The window of the connection is the bottleneck: every stream waits for the same credit. The window of a stream holds
 * all that any of them sends: a stream that waited for credit of its own would leave the connection's to lower ones.
 * The send buffers are far larger than the connection's window, so that no stream yields only because its writer was
 * not asked for more yet.
 */
const OPTIONS = {
  streamWindowBytes: 4 * 1024 * 1024,
  connectionWindowBytes: 64 * 1024,
  sendBufferBytes: 512 * 1024,
};

interface Race {
  readonly first: number;
  readonly second: number;
  /** What is done once both streams are blocked. */
  readonly change?: (first: Writer, second: Writer) => void;
}

/**
 * Fills everything with the first stream, then writes the second, then lets the reader go: the second must be
 * through before the first has got further than what was under way already.
 */
async function overtake(assert: Assert, pair: Pair, options: PairOptions, race: Race): Promise<void> {
  const journal = new Journal();
  const acceptor = new Owner(journal, pair.acceptor);
  const dialer = new Owner(journal, pair.dialer).connection;
  const bound = underWayBoundBytes(options);
  const size = 4 * options.sendBufferBytes;
  const first = new Writer(journal, dialer.openUni({ priority: race.first }), { label: 1, size }).start();
  const early = new Reader(journal, await acceptor.nextUni(), 'early');
  await pair.settle();
  assert.ok(first.acceptedBytes < size, 'the first stream is blocked');
  const second = new Writer(journal, dialer.openUni({ priority: race.second }), {
    label: 2,
    size: options.sendBufferBytes,
  }).start();
  await pair.settle();
  race.change?.(first, second);
  const lateFinished = deferred<void>();
  let receivedThen = 0;
  acceptor.eachUni((stream) => {
    const late = new Reader(journal, stream, 'late').read();
    late.onEnd = () => {
      receivedThen = early.receivedBytes;
      lateFinished.resolve();
    };
  });
  early.read();
  await lateFinished.promise;
  assert.ok(
    receivedThen <= bound,
    `${receivedThen} bytes of the first came before the second's end: bound ${bound}`,
  );
  await early.finished;
  assert.equal(early.complaint(1, size), undefined, 'the first stream arrives whole all the same');
  await second.acknowledged;
}

const higherOvertakes: ComplianceCase = {
  name: 'a stream of higher priority that is written later finishes earlier',
  options: OPTIONS,
  run: (assert, pair, options) => overtake(assert, pair, options, { first: 1, second: 2 }),
};

const loweredYields: ComplianceCase = {
  name: 'a stream whose priority is lowered lets the waiting ones pass',
  options: OPTIONS,
  run: (assert, pair, options) =>
    overtake(assert, pair, options, {
      first: 5,
      second: 3,
      change: (first) => first.stream.setPriority(0),
    }),
};

const raisedOvertakes: ComplianceCase = {
  name: 'a waiting stream whose priority is raised passes the others',
  options: OPTIONS,
  run: (assert, pair, options) =>
    overtake(assert, pair, options, {
      first: 5,
      second: 3,
      change: (_first, second) => second.stream.setPriority(9),
    }),
};

const EQUALS = 4;

const equalsShare: ComplianceCase = {
  name: 'of streams with equal priority none waits until another has finished',
  options: OPTIONS,
  async run(assert, pair, options) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const size = 2 * options.sendBufferBytes;
    for (let label = 0; label < EQUALS; label++) {
      new Writer(journal, pair.dialer.openUni({ priority: 4 }), { label, size }).start();
    }
    const readers: Reader[] = [];
    const received: number[] = [];
    const oneFinished = deferred<void>();
    acceptor.eachUni((stream) => {
      const reader = new Reader(journal, stream).read();
      readers.push(reader);
      reader.onEnd = () => {
        if (received.length === 0) received.push(...readers.map((each) => each.receivedBytes));
        oneFinished.resolve();
      };
    });
    await oneFinished.promise;
    assert.equal(received.length, EQUALS, 'all had begun when the first finished');
    for (const bytes of received) assert.ok(bytes > 0, `${bytes} bytes had come`);
    await Promise.all(readers.map((reader) => reader.finished));
    for (const reader of readers) {
      assert.equal(reader.complaint(reader.label, size), undefined, 'and all arrive whole');
    }
  },
};

/** The cases of this file, in the order they run. */
export const CASES: readonly ComplianceCase[] = [
  higherOvertakes,
  loweredYields,
  raisedOvertakes,
  equalsShare,
];
