/** Counters that an operator can believe. */
import type { ConnectionStats } from '../../connection.js';
import type { ComplianceCase } from '../case.js';
import { Journal } from '../journal.js';
import { Owner } from '../owner.js';
import { comesTrue } from '../pair.js';
import { Reader } from '../reader.js';
import { Writer } from '../writer.js';

const SIZE = 1_000_000;

const counters: ComplianceCase = {
  name: 'counters are numbers, only grow, and hold what was carried',
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const before = pair.dialer.stats();
    const writer = new Writer(journal, pair.dialer.openUni({ priority: 0 }), {
      label: 1,
      size: SIZE,
    }).start();
    const reader = new Reader(journal, await acceptor.nextUni()).read();
    await Promise.all([writer.acknowledged, reader.finished]);
    await pair.settle();
    const after = pair.dialer.stats();
    const remote = pair.acceptor.stats();
    for (const [name, value] of [...Object.entries(after), ...Object.entries(remote)]) {
      assert.ok(Number.isFinite(value) && value >= 0, `${name} is ${value}`);
    }
    for (const name of COUNTERS) assert.ok(after[name] >= before[name], `${name} does not shrink`);
    assert.ok(after.bytesSent - before.bytesSent >= SIZE, 'what was sent is counted');
    assert.ok(remote.bytesReceived >= SIZE, 'what was received is counted');
    assert.ok(after.packetsSent >= SIZE / after.mtuBytes, 'packets are no larger than the MTU');
    assert.ok(after.mtuBytes >= 1_200, `the MTU is ${after.mtuBytes}`);
    assert.ok(after.minRttMs <= after.rttMs + 1, 'the least RTT is the least');
    assert.equal(after.bytesQueued, 0, 'nothing is queued at the end');
  },
};

const queued: ComplianceCase = {
  name: 'what a blocked writer has queued is a gauge',
  async run(assert, pair, options) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const writer = new Writer(journal, pair.dialer.openUni({ priority: 0 }), {
      label: 1,
      size: 9_000_000,
    }).start();
    await acceptor.nextUni();
    const queues = (bytes: number) => () => pair.dialer.stats().bytesQueued === bytes;
    assert.ok(await comesTrue(pair, queues(options.sendBufferBytes)), 'the send buffer gets full');
    writer.stream.reset(1);
    assert.ok(await comesTrue(pair, queues(0)), 'a reset empties it');
  },
};

const COUNTERS: ReadonlyArray<keyof ConnectionStats> = [
  'bytesSent',
  'bytesReceived',
  'packetsSent',
  'packetsReceived',
  'packetsLost',
  'datagramsDropped',
];

/** The cases of this file, in the order they run. */
export const CASES: readonly ComplianceCase[] = [counters, queued];
