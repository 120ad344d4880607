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

t.test('what comes byte by byte is held in few buffers', async (t) => {
  const queue = new ByteQueue();
  queue.mark();
  const all = Uint8Array.from({ length: 200_000 }, (_, at) => at);
  for (let at = 0; at < all.length; at++) queue.push(all.slice(at, at + 1));
  t.ok(queue.buffers <= 4, `${queue.buffers} buffers`);
  t.equal(Buffer.compare(queue.take(150_000), all.subarray(0, 150_000)), 0);
  queue.rewind();
  t.equal(queue.length, all.length);
  t.equal(Buffer.compare(queue.take(all.length), all), 0);
  queue.mark();
  t.equal(queue.buffers, 0);
});

t.test('what was taken of small pieces stays as it was when more come', async (t) => {
  const queue = new ByteQueue();
  const taken: [Uint8Array, number][] = [];
  for (let at = 0; at < 3_000; at++) {
    queue.push(Uint8Array.of(at));
    if (at % 3 > 0) continue;
    queue.mark();
    const count = Math.min(2, queue.length);
    taken.push([queue.take(count), at]);
  }
  const read = Buffer.concat(taken.map(([bytes]) => bytes));
  t.ok(read.every((byte, at) => byte === at % 256));
});

t.test('pieces of the size of datagrams are not copied', async (t) => {
  const queue = new ByteQueue();
  const [first, second] = [new Uint8Array(1_200).fill(1), new Uint8Array(1_200).fill(2)];
  queue.push(first);
  queue.push(second);
  t.equal(queue.take(1_200).buffer, first.buffer);
  t.equal(queue.take(1_200).buffer, second.buffer);
});
