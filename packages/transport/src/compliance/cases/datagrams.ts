/** Datagrams: one packet or nothing. */
import type { ComplianceCase } from '../case.js';
import { Journal } from '../journal.js';
import { Owner } from '../owner.js';
import { comesTrue } from '../pair.js';
import { payload } from '../payload.js';

const datagramRoundTrip: ComplianceCase = {
  name: 'a datagram of up to the largest size crosses both ways unchanged',
  async run(assert, pair) {
    const journal = new Journal();
    const dialer = new Owner(journal, pair.dialer);
    const acceptor = new Owner(journal, pair.acceptor);
    assert.ok(pair.dialer.maxDatagramSize >= 1_000, `${pair.dialer.maxDatagramSize} bytes fit`);
    for (const size of [1, 100, pair.dialer.maxDatagramSize]) {
      const there = payload(size, size);
      assert.ok(pair.dialer.sendDatagram(there), `${size} bytes are taken`);
      there.fill(0);
      const arrived = await acceptor.nextDatagram();
      assert.equal(hex(arrived), hex(payload(size, size)), `${size} bytes arrive as they were when sent`);
      assert.ok(pair.acceptor.sendDatagram(arrived), 'and are sent back');
      assert.equal(hex(await dialer.nextDatagram()), hex(payload(size, size)), 'and arrive');
    }
    assert.equal(pair.dialer.stats().datagramsDropped, 0, 'none was dropped');
  },
};

const oversizedDatagram: ComplianceCase = {
  name: 'a datagram over the largest size is dropped, told and counted',
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const size = pair.dialer.maxDatagramSize + 1;
    assert.equal(pair.dialer.sendDatagram(new Uint8Array(size)), false, 'it is refused');
    assert.equal(pair.dialer.stats().datagramsDropped, 1, 'it is counted');
    assert.ok(pair.dialer.sendDatagram(Uint8Array.of(9)), 'the next one that fits is taken');
    assert.equal(hex(await acceptor.nextDatagram()), '09', 'and is the only one that arrives');
  },
};

/** 20 MB in one go: more than any queue should take. */
const BURST = 20_000;

const datagramQueueFull: ComplianceCase = {
  name: 'datagrams that find the queue full are dropped, told and counted',
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const bytes = new Uint8Array(1_000);
    let taken = 0;
    for (let index = 0; index < BURST; index++) if (pair.dialer.sendDatagram(bytes)) taken++;
    assert.ok(taken > 0, 'some are taken');
    assert.ok(taken < BURST, `${taken} of ${BURST} are taken: the queue has a bound`);
    assert.ok(pair.dialer.stats().datagramsDropped >= BURST - taken, 'the others are counted');
    await acceptor.nextDatagram();
    await pair.settle();
    assert.ok(acceptor.datagrams.length <= taken, 'no more arrive than were taken');
    assert.ok(await comesTrue(pair, () => pair.dialer.sendDatagram(bytes)), 'the queue has room again');
  },
};

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The cases of this file, in the order they run. */
export const CASES: readonly ComplianceCase[] = [datagramRoundTrip, oversizedDatagram, datagramQueueFull];
