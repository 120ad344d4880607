/** The end of a connection. */
import type { CloseInfo, SendStream } from '../../connection.js';
import type { ComplianceCase } from '../case.js';
import { Journal } from '../journal.js';
import { Owner } from '../owner.js';
import { Reader } from '../reader.js';
import { Writer } from '../writer.js';

const codeAndReason: ComplianceCase = {
  name: 'a close tells the peer code and reason, and each owner once',
  async run(assert, pair) {
    const journal = new Journal();
    const dialer = new Owner(journal, pair.dialer);
    const acceptor = new Owner(journal, pair.acceptor);
    assert.equal(
      journal.during(() => pair.dialer.close(4_294_967_295, 'draining, ü')),
      0,
      'no event comes from within',
    );
    assert.ok(pair.dialer.closed, 'the closer is closed at once');
    pair.dialer.close(1, 'again');
    assert.equal(
      describe(await dialer.closed),
      'local 4294967295 draining, ü',
      'the closer hears its own close',
    );
    assert.equal(
      describe(await acceptor.closed),
      'peer 4294967295 draining, ü',
      'the peer hears code and reason',
    );
    assert.ok(pair.acceptor.closed, 'the peer is closed');
    pair.acceptor.close(2, 'me too');
    await pair.settle();
    assert.equal(journal.of('dialer').join(), 'closed', 'the closer heard it once');
    assert.equal(journal.of('acceptor').join(), 'closed', 'the peer heard it once');
  },
};

const longReason: ComplianceCase = {
  name: 'a close reason over 256 bytes is cut at a character, a code over 32 bits is refused',
  async run(assert, pair) {
    const journal = new Journal();
    new Owner(journal, pair.dialer);
    const acceptor = new Owner(journal, pair.acceptor);
    for (const code of [-1, 2 ** 32, 0.5, Number.NaN]) {
      assert.equal(
        nameOfThrown(() => pair.dialer.close(code, '')),
        'RangeError',
        `code ${code} is refused`,
      );
    }
    assert.ok(!pair.dialer.closed, 'a refused close closes nothing');
    pair.dialer.close(0, `${'x'.repeat(255)}ü and more`);
    assert.equal(describe(await acceptor.closed), `peer 0 ${'x'.repeat(255)}`, 'what fits arrives');
  },
};

const closeDuringWrite: ComplianceCase = {
  name: 'a close during a write ends both ends: readers hear a reset without code, then the owner hears the close',
  async run(assert, pair) {
    const journal = new Journal();
    const dialer = new Owner(journal, pair.dialer);
    const acceptor = new Owner(journal, pair.acceptor);
    const opened = pair.dialer.openBidi({ priority: 0 });
    const writer = new Writer(journal, opened.send, { label: 1, size: 50_000_000 }).start();
    const back = new Reader(journal, opened.receive, 'back').read();
    const accepted = await acceptor.nextBidi();
    const there = new Reader(journal, accepted.receive, 'there').read();
    there.onData = () => pair.dialer.close(7, 'enough');
    await there.next;
    assert.equal(opened.send.write([new Uint8Array(5)]), 0, 'nothing is taken after the close');
    assert.equal(opened.send.credit, 0, 'no credit is left');
    opened.send.finish();
    opened.send.reset(1);
    opened.receive.stop(1);
    const heard = journal.of('writer').length;
    await Promise.all([dialer.closed, acceptor.closed]);
    await pair.settle();
    assert.equal(await there.reset, undefined, 'the reader hears a reset without code');
    assert.equal(back.breaches.join() + there.breaches.join(), '', 'the contract is kept');
    assert.equal(journal.of('writer').length, heard, 'the writer hears nothing');
    assert.ok(writer.acceptedBytes < 50_000_000, 'it had not written everything');
    const order = journal.entries.map((entry) => entry.who);
    assert.ok(order.lastIndexOf('acceptor') > order.lastIndexOf('there'), 'the close is the last thing');
  },
};

const readersHear: ComplianceCase = {
  name: 'every reader hears of the close at both ends, paused ones too, and then the owner',
  async run(assert, pair) {
    const journal = new Journal();
    const dialer = new Owner(journal, pair.dialer);
    const acceptor = new Owner(journal, pair.acceptor);
    const opened = pair.dialer.openBidi({ priority: 0 });
    opened.send.write([Uint8Array.of(1)]);
    pair.dialer.openUni({ priority: 0 }).write([Uint8Array.of(2)]);
    const accepted = await acceptor.nextBidi();
    const paused = new Reader(journal, await acceptor.nextUni(), 'paused').read();
    paused.pause();
    new Reader(journal, opened.receive, 'local').read();
    new Reader(journal, accepted.receive, 'remote').read();
    pair.dialer.close(1, '');
    await Promise.all([dialer.closed, acceptor.closed]);
    for (const name of ['paused', 'local', 'remote'])
      assert.equal(journal.of(name).at(-1), 'reset', `${name} hears`);
    const order = journal.entries.map((entry) => entry.who);
    assert.ok(
      order.lastIndexOf('local') < order.indexOf('dialer', order.lastIndexOf('local')),
      'before its owner',
    );
    assert.ok(order.lastIndexOf('paused') < order.lastIndexOf('acceptor'), 'before its owner');
    assert.ok(order.lastIndexOf('remote') < order.lastIndexOf('acceptor'), 'before its owner');
  },
};

const afterClose: ComplianceCase = {
  name: 'a closed connection takes calls and does nothing',
  async run(assert, pair) {
    const journal = new Journal();
    const dialer = new Owner(journal, pair.dialer);
    pair.dialer.close(3, '');
    await dialer.closed;
    const streams: SendStream[] = [
      pair.dialer.openUni({ priority: 0 }),
      pair.dialer.openBidi({ priority: 0 }).send,
    ];
    for (const stream of streams) {
      assert.equal(stream.write([Uint8Array.of(1)]), 0, 'a new stream takes nothing');
      assert.equal(stream.credit, 0, 'and has no credit');
      stream.setPriority(3);
      stream.finish();
      stream.reset(1);
    }
    assert.equal(pair.dialer.sendDatagram(new Uint8Array(1)), false, 'a datagram is dropped');
    await pair.settle();
    assert.equal(journal.of('dialer').join(), 'closed', 'the close stays the last event');
  },
};

const attachAfterClose: ComplianceCase = {
  name: 'an owner that attaches after the close hears of it',
  async run(assert, pair) {
    const journal = new Journal();
    pair.dialer.close(5, 'early');
    await pair.settle();
    const dialer = new Owner(journal, pair.dialer);
    const acceptor = new Owner(journal, pair.acceptor);
    assert.equal(describe(await dialer.closed), 'local 5 early', 'the closer');
    assert.equal(describe(await acceptor.closed), 'peer 5 early', 'the peer');
  },
};

function describe(info: CloseInfo): string {
  return info.by === 'transport' ? info.error.code : `${info.by} ${info.code} ${info.reason}`;
}

function nameOfThrown(call: () => void): string {
  try {
    call();
    return 'nothing';
  } catch (error) {
    return (error as Error).name;
  }
}

/** The cases of this file, in the order they run. */
export const CASES: readonly ComplianceCase[] = [
  codeAndReason,
  longReason,
  closeDuringWrite,
  readersHear,
  afterClose,
  attachAfterClose,
];
