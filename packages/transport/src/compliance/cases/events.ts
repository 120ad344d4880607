/** When events come, and when they do not. */
import type { ComplianceCase } from '../case.js';
import { Journal } from '../journal.js';
import { Owner } from '../owner.js';
import { Reader } from '../reader.js';
import { Writer } from '../writer.js';

const nothingBeforeRead: ComplianceCase = {
  name: 'nothing is delivered before read(), and then everything',
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    new Writer(journal, pair.dialer.openUni({ priority: 0 }), { label: 1, size: 5_000 }).start();
    const abandoned = pair.dialer.openUni({ priority: 0 });
    abandoned.write([Uint8Array.of(1)]);
    const whole = new Reader(journal, await acceptor.nextUni(), 'whole');
    const reset = new Reader(journal, await acceptor.nextUni(), 'reset');
    abandoned.reset(6);
    await pair.settle();
    assert.equal(journal.of('whole').length + journal.of('reset').length, 0, 'nobody heard anything');
    assert.equal(
      journal.during(() => whole.read()),
      0,
      'read() itself delivers nothing',
    );
    assert.equal(
      journal.during(() => reset.read()),
      0,
      'nor does it for a reset stream',
    );
    await whole.finished;
    assert.equal(whole.complaint(1, 5_000), undefined, 'everything came');
    assert.equal(await reset.reset, 6, 'and the reset');
  },
};

const noEventWithinACall: ComplianceCase = {
  name: 'no event fires from within a call',
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const opened = pair.dialer.openBidi({ priority: 0 });
    const writer = new Writer(journal, opened.send, { label: 1, size: 4_000_000 });
    assert.equal(
      journal.during(() => writer.start()),
      0,
      'write',
    );
    const accepted = await acceptor.nextBidi();
    const reader = new Reader(journal, accepted.receive);
    assert.equal(
      journal.during(() => reader.read()),
      0,
      'read',
    );
    await reader.sip();
    assert.equal(
      journal.during(() => reader.pause()),
      0,
      'pause',
    );
    await pair.settle();
    assert.equal(
      journal.during(() => reader.resume()),
      0,
      'resume',
    );
    assert.equal(
      journal.during(() => opened.send.setPriority(3)),
      0,
      'setPriority',
    );
    assert.equal(
      journal.during(() => pair.dialer.sendDatagram(Uint8Array.of(1))),
      0,
      'sendDatagram',
    );
    assert.equal(
      journal.during(() => opened.send.reset(1)),
      0,
      'reset',
    );
    assert.equal(await reader.reset, 1, 'the reset comes later');
    const empty = new Writer(journal, pair.dialer.openUni({ priority: 0 }), { label: 2, size: 0 });
    assert.equal(
      journal.during(() => empty.start()),
      0,
      'finish',
    );
    const stopped = new Reader(journal, await acceptor.nextUni(), 'stopped');
    assert.equal(
      journal.during(() => stopped.stop(2)),
      0,
      'stop',
    );
    assert.equal(
      journal.during(() => pair.acceptor.close(0, '')),
      0,
      'close',
    );
  },
};

const heldUntilAttach: ComplianceCase = {
  name: 'streams and datagrams that came before the owner attached are delivered after it did',
  async run(assert, pair) {
    const journal = new Journal();
    new Owner(journal, pair.dialer);
    const opened = pair.dialer.openBidi({ priority: 0 });
    new Writer(journal, opened.send, { label: 1, size: 9_000, name: 'bidi writer' }).start();
    new Writer(journal, pair.dialer.openUni({ priority: 0 }), { label: 2, size: 8_000 }).start();
    pair.dialer.sendDatagram(Uint8Array.of(7));
    await pair.settle();
    const acceptor = new Owner(journal, pair.acceptor);
    assert.equal(journal.of('acceptor').length, 0, 'attach itself delivers nothing');
    const uni = new Reader(journal, await acceptor.nextUni()).read();
    const bidi = new Reader(journal, (await acceptor.nextBidi()).receive, 'bidi').read();
    await Promise.all([uni.finished, bidi.finished]);
    assert.equal(uni.complaint(2, 8_000), undefined, 'the unidirectional one is whole');
    assert.equal(bidi.complaint(1, 9_000), undefined, 'the bidirectional one is whole');
    assert.equal((await acceptor.nextDatagram()).join(), '7', 'the datagram came');
  },
};

const callsFromEvents: ComplianceCase = {
  name: 'the listener may pause, resume, stop and close from within its events',
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    const dialer = new Owner(journal, pair.dialer);
    const size = 400_000;
    new Writer(journal, pair.dialer.openUni({ priority: 0 }), { label: 1, size }).start();
    const reader = new Reader(journal, await acceptor.nextUni());
    reader.onData = () => {
      reader.pause();
      void pair.settle().then(() => reader.resume());
    };
    reader.onEnd = () => pair.acceptor.close(9, 'all there');
    reader.read();
    const info = await dialer.closed;
    assert.equal(info.by === 'peer' && info.code, 9, 'the close came from the last event');
    await acceptor.closed;
    assert.equal(reader.complaint(1, size), undefined, 'every byte came');
    assert.equal(journal.of('reader').at(-1), 'finished', 'and one end of the stream');
  },
};

/** The cases of this file, in the order they run. */
export const CASES: readonly ComplianceCase[] = [
  nothingBeforeRead,
  noEventWithinACall,
  heldUntilAttach,
  callsFromEvents,
];
