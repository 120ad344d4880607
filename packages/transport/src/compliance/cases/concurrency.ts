/** Many streams: one after the other, and more at a time than the peer allows. */
import type { Assert, ComplianceCase } from '../case.js';
import { deferred, Journal } from '../journal.js';
import { Owner } from '../owner.js';
import type { Pair } from '../pair.js';
import { Reader } from '../reader.js';
import { Writer } from '../writer.js';

const SEQUENCE = 10_000;
/** How many of the sequence are under way at a time: fewer than allowed. */
const STRIDE = 8;

const tenThousand: ComplianceCase = {
  name: '10,000 streams in sequence all arrive',
  options: { maxConcurrentUni: 16 },
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const all = deferred<void>();
    const labels = new Set<number>();
    const complaints = new Set<string | undefined>();
    let opened = 0;
    const next = () => {
      if (opened === SEQUENCE) return;
      const label = opened++;
      const stream = pair.dialer.openUni({ priority: label % 3 });
      new Writer(journal, stream, { label, size: 4 + (label % 200) }).start();
    };
    acceptor.eachUni((stream) => {
      const reader = new Reader(journal, stream).read();
      reader.onEnd = () => {
        const label = reader.label;
        labels.add(label);
        complaints.add(reader.complaint(label, 4 + (label % 200)));
        if (labels.size === SEQUENCE) all.resolve();
        next();
      };
    });
    for (let index = 0; index < STRIDE; index++) next();
    await all.promise;
    assert.equal(labels.size, SEQUENCE, 'each came once');
    assert.equal([...complaints].join(), '', 'each with its bytes');
  },
};

const ALLOWED = 4;
const WANTED = 100;

const moreUniThanAllowed: ComplianceCase = {
  name: 'more unidirectional streams than the peer allows wait, never fail, and all complete',
  options: { maxConcurrentUni: ALLOWED },
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const writers = Array.from({ length: WANTED }, (_, label) => {
      const stream = pair.dialer.openUni({ priority: 0 });
      return new Writer(journal, stream, { label, size: 1_000 + label, unfinished: true }).start();
    });
    assert.ok(
      writers.every((writer) => writer.acceptedBytes === writer.size),
      'a waiting stream takes bytes against its own credit',
    );
    await pair.settle();
    assert.ok(acceptor.waitingUni <= ALLOWED, `${acceptor.waitingUni} at a time, ${ALLOWED} are allowed`);
    const readers: Reader[] = [];
    const all = deferred<void>();
    acceptor.eachUni((stream) => {
      readers.push(new Reader(journal, stream).read());
      if (readers.length === WANTED) all.resolve();
    });
    for (const writer of writers) writer.stream.finish();
    await Promise.all(writers.map((writer) => writer.acknowledged));
    // Acknowledged means that the peer's transport has it, not yet its owner.
    await all.promise;
    await Promise.all(readers.map((reader) => reader.finished));
    checkAll(assert, readers);
  },
};

const moreBidiThanAllowed: ComplianceCase = {
  name: 'more bidirectional streams than the peer allows wait, never fail, and all complete',
  options: { maxConcurrentBidi: ALLOWED },
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const answers = Array.from({ length: WANTED }, (_, label) => {
      const { send, receive } = pair.dialer.openBidi({ priority: 0 });
      new Writer(journal, send, { label, size: 1_000 + label }).start();
      return new Reader(journal, receive, 'answer').read();
    });
    const readers: Reader[] = [];
    acceptor.eachBidi(({ send, receive }) => {
      const reader = new Reader(journal, receive).read();
      readers.push(reader);
      reader.onEnd = () => {
        new Writer(journal, send, { label: reader.label, size: reader.receivedBytes }).start();
      };
    });
    await Promise.all(answers.map((answer) => answer.finished));
    checkAll(assert, readers);
    checkAll(assert, answers);
  },
};

const waitingStartByPriority: ComplianceCase = {
  name: 'of the streams that wait for stream credit the highest priority starts first, then the oldest',
  options: { maxConcurrentUni: 1 },
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const holder = pair.dialer.openUni({ priority: 0 });
    holder.write([Uint8Array.of(1)]);
    const first = new Reader(journal, await acceptor.nextUni()).read();
    const open = (label: number, priority: number) =>
      new Writer(journal, pair.dialer.openUni({ priority }), { label, size: 100 }).start();
    open(1, 1);
    open(2, 5);
    open(3, 5);
    open(4, 9);
    open(5, 0).stream.setPriority(7);
    open(6, 9).stream.reset(1);
    const order: number[] = [];
    const all = deferred<void>();
    acceptor.eachUni((stream) => {
      const reader = new Reader(journal, stream).read();
      reader.onEnd = () => {
        order.push(reader.label);
        if (order.length === 5) all.resolve();
      };
    });
    holder.finish();
    await Promise.all([first.finished, all.promise]);
    assert.equal(order.join(), '4,5,2,3,1', 'the order they arrive in');
  },
};

const abandonedWhileWaiting: ComplianceCase = {
  name: 'a stream abandoned while it waits for stream credit holds up nobody',
  options: { maxConcurrentUni: 1, maxConcurrentBidi: 1 },
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    await exchange(assert, pair, journal, acceptor, () => {
      const { send, receive } = pair.dialer.openBidi({ priority: 0 });
      send.write([Uint8Array.of(1)]);
      send.reset(3);
      receive.stop(4);
    });
  },
};

/** Holds the only bidirectional slot while `abandon` runs, then lets a last stream through. */
async function exchange(
  assert: Assert,
  pair: Pair,
  journal: Journal,
  acceptor: Owner,
  abandon: () => void,
): Promise<void> {
  const holder = pair.dialer.openBidi({ priority: 0 });
  holder.send.write([Uint8Array.of(1)]);
  new Reader(journal, holder.receive, 'holder').read();
  const held = await acceptor.nextBidi();
  abandon();
  const last = pair.dialer.openBidi({ priority: 0 });
  new Writer(journal, last.send, { label: 8, size: 3_000 }).start();
  const done = deferred<Reader>();
  acceptor.eachBidi(({ send, receive }) => {
    const reader = new Reader(journal, receive, 'accepted').read();
    void reader.finished.then(() => done.resolve(reader));
    send.finish();
  });
  holder.send.finish();
  held.receive.stop(0);
  held.send.finish();
  const reader = await done.promise;
  assert.equal(reader.complaint(8, 3_000), undefined, 'the stream behind it arrives whole');
}

function checkAll(assert: Assert, readers: readonly Reader[]): void {
  const labels = new Set(readers.map((reader) => reader.label));
  assert.equal(labels.size, WANTED, 'each came once');
  const complaints = new Set(readers.map((reader) => reader.complaint(reader.label, 1_000 + reader.label)));
  assert.equal([...complaints].join(), '', 'each with its bytes');
}

/** The cases of this file, in the order they run. */
export const CASES: readonly ComplianceCase[] = [
  tenThousand,
  moreUniThanAllowed,
  moreBidiThanAllowed,
  waitingStartByPriority,
  abandonedWhileWaiting,
];
