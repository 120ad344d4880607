/** The peer disappears without a word. */
import type { ComplianceCase } from '../case.js';
import { Journal } from '../journal.js';
import { Owner } from '../owner.js';
import { Reader } from '../reader.js';
import { Writer } from '../writer.js';

const peerVanishes: ComplianceCase = {
  name: 'a peer that vanishes ends the connection with a time-out: readers hear it first, then the owner, once',
  // Nothing keeps the connection before it vanishes: longer than a busy machine takes to get there.
  options: { idleTimeoutMs: 2_000 },
  async run(assert, pair) {
    const journal = new Journal();
    const dialer = new Owner(journal, pair.dialer);
    const acceptor = new Owner(journal, pair.acceptor);
    const opened = pair.dialer.openBidi({ priority: 0 });
    new Writer(journal, opened.send, { label: 1, size: 100, name: 'writer' }).start();
    const reader = new Reader(journal, opened.receive).read();
    await acceptor.nextBidi();
    pair.vanish();
    const stuck = new Writer(journal, pair.dialer.openUni({ priority: 0 }), {
      label: 2,
      size: 9_000_000,
      name: 'stuck',
    });
    stuck.start();
    const info = await dialer.closed;
    assert.equal(info.by, 'transport', 'the transport ended it');
    assert.equal(
      info.by === 'transport' && info.error.code,
      'LH_TRANSPORT_TIMEOUT',
      'the error is a time-out',
    );
    assert.ok(info.by === 'transport' && info.error.message.length > 0, 'and says so');
    assert.equal(await reader.reset, undefined, 'the reader heard a reset without code');
    assert.equal(stuck.stream.write([Uint8Array.of(1)]), 0, 'nothing is taken any more');
    assert.ok(pair.dialer.closed, 'the connection is closed');
    await pair.settle();
    const order = journal.entries.filter((entry) => entry.who === 'reader' || entry.who === 'dialer');
    assert.equal(order.map((entry) => entry.what).join(), 'reset,closed', 'in this order, once');
  },
};

const quietConnection: ComplianceCase = {
  name: 'a quiet connection stays open',
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    for (let round = 0; round < 3; round++) await pair.settle();
    const writer = new Writer(journal, pair.dialer.openUni({ priority: 0 }), { label: 6, size: 10 }).start();
    const reader = new Reader(journal, await acceptor.nextUni()).read();
    await Promise.all([reader.finished, writer.acknowledged]);
    assert.equal(reader.complaint(6, 10), undefined, 'and carries what comes then');
  },
};

/** The cases of this file, in the order they run. */
export const CASES: readonly ComplianceCase[] = [peerVanishes, quietConnection];
