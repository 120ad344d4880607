import fc from 'fast-check';
import t from 'tap';
import { ByteQueue } from '../src/index.js';

t.test('bytes inside one buffer are taken as a view', async (t) => {
  const queue = new ByteQueue();
  const pushed = Uint8Array.of(1, 2, 3, 4);
  queue.push(pushed);
  queue.push(Uint8Array.of());
  const taken = queue.take(3);
  t.strictSame([...taken], [1, 2, 3]);
  t.equal(taken.buffer, pushed.buffer);
  t.equal(queue.length, 1);
});

t.test('bytes across buffers are copied', async (t) => {
  const queue = new ByteQueue();
  queue.push(Uint8Array.of(1, 2));
  queue.push(Uint8Array.of(3));
  queue.push(Uint8Array.of(4, 5));
  t.strictSame([...queue.take(4)], [1, 2, 3, 4]);
  t.strictSame([...queue.take(0)], []);
  t.throws(() => queue.take(2), RangeError);
  t.strictSame([...queue.take(1)], [5]);
});

t.test('rewind goes back to the mark and lets nothing be lost', async (t) => {
  const queue = new ByteQueue();
  queue.push(Uint8Array.of(9));
  queue.push(Uint8Array.of(0x40));
  t.equal(queue.readVarint(), 9);
  queue.mark();
  t.equal(queue.readVarint(), undefined);
  queue.push(Uint8Array.of(0x25, 7));
  t.equal(queue.readVarint(), 0x25);
  t.equal(queue.readVarint(), 7);
  t.equal(queue.readVarint(), undefined);
  queue.rewind();
  t.equal(queue.length, 3);
  t.equal(queue.readVarint(), 0x25);
});

t.test('skip drops what is there', async (t) => {
  const queue = new ByteQueue();
  queue.push(Uint8Array.of(1, 2));
  queue.push(Uint8Array.of(3));
  t.equal(queue.skip(2), 2);
  t.equal(queue.skip(5), 1);
  t.equal(queue.skip(5), 0);
});

t.test('however bytes are cut and taken, they come out in order', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 9 })), fc.array(fc.nat({ max: 7 })), (chunks, steps) => {
      const all = Buffer.concat(chunks);
      const queue = new ByteQueue();
      for (const chunk of chunks) queue.push(chunk);
      let at = 0;
      for (const [index, step] of steps.entries()) {
        queue.mark();
        const count = Math.min(step, queue.length);
        if (Buffer.compare(queue.take(count), all.subarray(at, at + count)) !== 0) return false;
        if (index % 3 === 0) queue.rewind();
        else at += count;
      }
      return queue.length === all.length - at;
    }),
  );
  t.pass('held');
});
