/** Every byte arrives, once and unchanged; bidirectional streams in order. */
import type { ComplianceCase } from '../case.js';
import { deferred, Journal } from '../journal.js';
import { Owner } from '../owner.js';
import { Reader } from '../reader.js';
import { Writer } from '../writer.js';

const unidirectionalStream: ComplianceCase = {
  name: 'a unidirectional stream arrives whole, every chunk at its offset',
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const writer = new Writer(journal, pair.dialer.openUni({ priority: 0 }), {
      label: 7,
      size: 300_000,
    }).start();
    const reader = new Reader(journal, await acceptor.nextUni()).read();
    assert.equal(await reader.finished, 300_000, 'the size is told at the end');
    assert.equal(reader.complaint(7, 300_000), undefined, 'every byte is what was sent');
    await writer.acknowledged;
    assert.equal(
      journal.of('writer').filter((event) => event === 'acknowledged').length,
      1,
      'acknowledged once',
    );
  },
};

const bidirectionalOrder: ComplianceCase = {
  name: 'a bidirectional stream delivers in order of offset, both ways',
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const opened = pair.dialer.openBidi({ priority: 0 });
    new Writer(journal, opened.send, { label: 1, size: 200_000, name: 'there' }).start();
    const accepted = await acceptor.nextBidi();
    new Writer(journal, accepted.send, { label: 2, size: 150_001, name: 'back' }).start();
    const there = new Reader(journal, accepted.receive, 'reader there').read();
    const back = new Reader(journal, opened.receive, 'reader back').read();
    await Promise.all([there.finished, back.finished]);
    assert.equal(there.complaint(1, 200_000), undefined, 'every byte there');
    assert.equal(back.complaint(2, 150_001), undefined, 'every byte back');
    for (const reader of [there, back]) {
      let offset = 0;
      const inOrder = reader.chunks.every((chunk) => {
        const fits = chunk.offset === offset;
        offset += chunk.bytes.length;
        return fits;
      });
      assert.ok(inOrder, `${reader.name}: each chunk begins where the last one ended`);
    }
  },
};

/** Around what packets and buffers end at. */
const SIZES = [0, 1, 2, 3, 4, 63, 64, 1_199, 1_200, 1_201, 16_383, 16_384, 65_535, 65_536, 65_537, 1_048_576];
const LARGEST = 5 * 1024 * 1024;

const manySizes: ComplianceCase = {
  name: 'streams of 0 bytes to 5 MiB, many at a time and both ways, arrive byte for byte',
  async run(assert, pair) {
    const journal = new Journal();
    const owners = [new Owner(journal, pair.dialer), new Owner(journal, pair.acceptor)];
    const sizes = [...SIZES, LARGEST];
    const arrivals = owners.map((owner) => {
      const seen: Reader[] = [];
      const all = deferred<void>();
      owner.eachUni((stream) => {
        seen.push(new Reader(journal, stream).read());
        if (seen.length === sizes.length) all.resolve();
      });
      return { seen, all };
    });
    const writers = owners.flatMap((owner) =>
      sizes.map((size, label) =>
        new Writer(journal, owner.connection.openUni({ priority: 0 }), { label, size }).start(),
      ),
    );
    await Promise.all(writers.map((writer) => writer.acknowledged));
    for (const { seen, all } of arrivals) {
      // Acknowledged means that the peer's transport has it, not yet its owner.
      await all.promise;
      await Promise.all(seen.map((reader) => reader.finished));
      const found = seen.map((reader) => reader.receivedBytes).sort((a, b) => a - b);
      assert.equal(found.join(), sizes.join(), 'each size arrived once');
      for (const reader of seen) {
        const size = reader.receivedBytes;
        const label = size < 4 ? sizes.indexOf(size) : reader.label;
        assert.equal(reader.complaint(label, size), undefined, `${size} bytes are what was sent`);
      }
    }
  },
};

/** The cases of this file, in the order they run. */
export const CASES: readonly ComplianceCase[] = [unidirectionalStream, bidirectionalOrder, manySizes];
