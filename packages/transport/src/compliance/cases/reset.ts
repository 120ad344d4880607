/** Abandoning a stream. */
import type { ComplianceCase } from '../case.js';
import { Journal } from '../journal.js';
import { Owner } from '../owner.js';
import { streamBoundBytes } from '../pair.js';
import { Reader } from '../reader.js';
import { Writer } from '../writer.js';

const resetCode: ComplianceCase = {
  name: 'a reset delivers its code, and nothing after it',
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const stream = pair.dialer.openUni({ priority: 0 });
    stream.write([Uint8Array.of(1, 2, 3)]);
    const reader = new Reader(journal, await acceptor.nextUni()).read();
    stream.reset(4_294_967_295);
    assert.equal(await reader.reset, 4_294_967_295, 'the code is the one that was given');
    stream.reset(5);
    await pair.settle();
    assert.equal(reader.breaches.join(), '', 'the contract is kept');
    assert.equal(journal.of('reader').at(-1), 'reset', 'nothing follows');
  },
};

const resetWhileBlocked: ComplianceCase = {
  name: 'a reset overtakes what waits: a blocked stream is gone at once, its buffer is not sent',
  async run(assert, pair, options) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const size = 2 * streamBoundBytes(options);
    const writer = new Writer(journal, pair.dialer.openUni({ priority: 0 }), { label: 1, size }).start();
    const stream = await acceptor.nextUni();
    await pair.settle();
    assert.equal(writer.stream.credit, 0, 'the stream is blocked');
    const heard = journal.entries.length;
    writer.stream.reset(17);
    assert.equal(writer.stream.credit, 0, 'a reset stream has no credit');
    assert.equal(writer.stream.write([new Uint8Array(10)]), 0, 'and takes nothing');
    await pair.settle();
    assert.equal(journal.entries.length, heard, 'its writer hears nothing more');
    const reader = new Reader(journal, stream).read();
    assert.equal(await reader.reset, 17, 'the reader hears the code');
    const windows = streamBoundBytes(options) - options.sendBufferBytes;
    assert.ok(
      reader.receivedBytes <= windows,
      `${reader.receivedBytes} bytes: what was buffered did not come`,
    );
  },
};

const resetFreesTheWindow: ComplianceCase = {
  name: 'a reset gives the window of the connection back',
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
      await acceptor.nextUni();
      await pair.settle();
      writer.stream.reset(round);
    }
    new Writer(journal, pair.dialer.openUni({ priority: 0 }), { label: 9, size }).start();
    const reader = new Reader(journal, await acceptor.nextUni()).read();
    await reader.finished;
    assert.equal(reader.complaint(9, size), undefined, 'a stream after four abandoned ones arrives whole');
  },
};

const resetAfterAcknowledged: ComplianceCase = {
  name: 'a reset does nothing once all is acknowledged',
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const writer = new Writer(journal, pair.dialer.openUni({ priority: 0 }), {
      label: 1,
      size: 1_000,
    }).start();
    const reader = new Reader(journal, await acceptor.nextUni()).read();
    await Promise.all([writer.acknowledged, reader.finished]);
    writer.stream.reset(3);
    await pair.settle();
    assert.equal(journal.of('reader').at(-1), 'finished', 'the reader hears nothing of it');
    assert.equal(reader.complaint(1, 1_000), undefined, 'it had it all');
  },
};

/** The cases of this file, in the order they run. */
export const CASES: readonly ComplianceCase[] = [
  resetCode,
  resetWhileBlocked,
  resetFreesTheWindow,
  resetAfterAcknowledged,
];
