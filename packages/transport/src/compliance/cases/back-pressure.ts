/** A reader that takes nothing bounds what its writer can get rid of. */
import type { ComplianceCase } from '../case.js';
import { Journal } from '../journal.js';
import { Owner } from '../owner.js';
import { connectionBoundBytes, streamBoundBytes } from '../pair.js';
import { Reader } from '../reader.js';
import { Writer } from '../writer.js';

const unreadStream: ComplianceCase = {
  name: 'a stream nobody reads blocks its writer within the bound; reading lets it go on to the end',
  async run(assert, pair, options) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const size = 2 * streamBoundBytes(options);
    const writer = new Writer(journal, pair.dialer.openUni({ priority: 0 }), { label: 3, size }).start();
    const stream = await acceptor.nextUni();
    await pair.settle();
    assert.ok(writer.acceptedBytes >= options.sendBufferBytes, 'the send buffer is filled');
    assert.ok(writer.acceptedBytes <= streamBoundBytes(options), `${writer.acceptedBytes} bytes are bounded`);
    assert.ok(writer.highestCredit <= options.sendBufferBytes, 'credit stays within the send buffer');
    const reader = new Reader(journal, stream).read();
    await reader.finished;
    assert.equal(reader.complaint(3, size), undefined, 'every byte is what was sent');
  },
};

const pausedReader: ComplianceCase = {
  name: 'a paused reader blocks its writer within the bound; resume lets it go on to the end',
  async run(assert, pair, options) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const size = 3 * streamBoundBytes(options);
    const writer = new Writer(journal, pair.dialer.openUni({ priority: 0 }), { label: 4, size }).start();
    const reader = new Reader(journal, await acceptor.nextUni());
    reader.read();
    reader.pause();
    await pair.settle();
    assert.equal(reader.receivedBytes, 0, 'nothing is delivered while paused');
    for (let round = 0; round < 3; round++) {
      await reader.sip();
      await pair.settle();
      const ahead = writer.acceptedBytes - reader.receivedBytes;
      assert.ok(ahead <= streamBoundBytes(options), `${ahead} bytes ahead of the reader are bounded`);
    }
    reader.resume();
    await reader.finished;
    assert.equal(reader.complaint(4, size), undefined, 'every byte is what was sent');
  },
};

const STREAMS = 16;

const connectionWindow: ComplianceCase = {
  name: 'streams that nobody reads are bounded together by the window of the connection, and all complete',
  options: { streamWindowBytes: 256 * 1024, connectionWindowBytes: 256 * 1024, sendBufferBytes: 16 * 1024 },
  async run(assert, pair, options) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const bound = connectionBoundBytes(options, STREAMS);
    const size = Math.ceil((2 * bound) / STREAMS);
    const writers = Array.from({ length: STREAMS }, (_, label) =>
      new Writer(journal, pair.dialer.openUni({ priority: 0 }), { label, size }).start(),
    );
    await pair.settle();
    const accepted = writers.reduce((sum, writer) => sum + writer.acceptedBytes, 0);
    assert.ok(accepted <= bound, `${accepted} bytes over all streams are bounded by ${bound}`);
    const readers: Reader[] = [];
    acceptor.eachUni((stream) => readers.push(new Reader(journal, stream).read()));
    await Promise.all(writers.map((writer) => writer.acknowledged));
    await Promise.all(readers.map((reader) => reader.finished));
    assert.equal(readers.length, STREAMS, 'every stream came');
    for (const reader of readers) {
      assert.equal(reader.complaint(reader.label, size), undefined, 'every byte is what was sent');
    }
  },
};

const onePausedAmongOthers: ComplianceCase = {
  name: 'a stream whose reader pauses does not hold up another one',
  options: { streamWindowBytes: 64 * 1024 },
  async run(assert, pair, options) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const size = 2 * streamBoundBytes(options);
    new Writer(journal, pair.dialer.openUni({ priority: 9 }), { label: 1, size }).start();
    const stuck = await acceptor.nextUni();
    new Writer(journal, pair.dialer.openUni({ priority: 0 }), { label: 2, size }).start();
    const reader = new Reader(journal, await acceptor.nextUni(), 'free').read();
    await reader.finished;
    assert.equal(reader.complaint(2, size), undefined, 'the other stream completes');
    const late = new Reader(journal, stuck, 'stuck').read();
    await late.finished;
    assert.equal(late.complaint(1, size), undefined, 'the one that waited completes too');
  },
};

/** The cases of this file, in the order they run. */
export const CASES: readonly ComplianceCase[] = [
  unreadStream,
  pausedReader,
  connectionWindow,
  onePausedAmongOthers,
];
