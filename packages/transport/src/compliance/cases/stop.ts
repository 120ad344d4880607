/** The reader asks the writer to stop. */
import type { ComplianceCase } from '../case.js';
import { Journal } from '../journal.js';
import { Owner } from '../owner.js';
import { streamBoundBytes } from '../pair.js';
import { Reader } from '../reader.js';
import { Writer } from '../writer.js';

const stopCode: ComplianceCase = {
  name: 'a stop delivers its code to the writer, which can write no more; the reader hears nothing',
  async run(assert, pair, options) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const size = 2 * streamBoundBytes(options);
    const writer = new Writer(journal, pair.dialer.openUni({ priority: 0 }), { label: 1, size }).start();
    const reader = new Reader(journal, await acceptor.nextUni()).read();
    reader.stop(42);
    assert.equal(await writer.stopped, 42, 'the code is the one that was given');
    assert.equal(writer.stream.credit, 0, 'no credit is left');
    assert.equal(writer.stream.write([Uint8Array.of(1)]), 0, 'nothing more is taken');
    writer.stream.finish();
    writer.stream.reset(1);
    await pair.settle();
    assert.equal(journal.of('writer').at(-1), 'stopped', 'the writer hears nothing after it');
    assert.equal(reader.breaches.join(), '', 'the reader hears nothing after it');
  },
};

const stopUnread: ComplianceCase = {
  name: 'a stop before read() refuses a stream, blocked or not, and gives its window back',
  options: { streamWindowBytes: 256 * 1024, connectionWindowBytes: 256 * 1024 },
  async run(assert, pair, options) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const size = 2 * streamBoundBytes(options);
    for (let round = 0; round < 4; round++) {
      const writer = new Writer(journal, pair.dialer.openUni({ priority: 0 }), {
        label: round,
        size,
      }).start();
      const stream = await acceptor.nextUni();
      await pair.settle();
      stream.stop(100 + round);
      assert.equal(await writer.stopped, 100 + round, 'the blocked writer hears the code');
    }
    new Writer(journal, pair.dialer.openUni({ priority: 0 }), { label: 9, size }).start();
    const reader = new Reader(journal, await acceptor.nextUni()).read();
    await reader.finished;
    assert.equal(reader.complaint(9, size), undefined, 'a stream after four refused ones arrives whole');
  },
};

const stopOneHalf: ComplianceCase = {
  name: 'a stop of one half of a bidirectional stream leaves the other half alone',
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const opened = pair.dialer.openBidi({ priority: 0 });
    opened.send.write([Uint8Array.of(1)]);
    const accepted = await acceptor.nextBidi();
    const back = new Writer(journal, accepted.send, { label: 2, size: 5_000_000, name: 'back' }).start();
    opened.receive.stop(8);
    assert.equal(await back.stopped, 8, 'the half back is stopped');
    const there = new Writer(journal, pair.dialer.openUni({ priority: 0 }), { label: 5, size: 10 });
    there.start();
    assert.equal(opened.send.write([Uint8Array.of(2, 3)]), 2, 'the half there still takes bytes');
    opened.send.finish();
    const reader = new Reader(journal, accepted.receive).read();
    assert.equal(await reader.finished, 3, 'and delivers them');
    assert.equal(reader.bytes.join(), '1,2,3', 'all of them');
  },
};

/** The cases of this file, in the order they run. */
export const CASES: readonly ComplianceCase[] = [stopCode, stopUnread, stopOneHalf];
