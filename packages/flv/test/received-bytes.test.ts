import t from 'tap';
import { ReceivedBytes } from '../src/received-bytes.js';

t.test('the buffer follows what has come, not what was declared', async (t) => {
  const bytes = new ReceivedBytes(16 * 1024 * 1024);
  bytes.append(new Uint8Array(10), 0, 10);
  t.ok(bytes.take().buffer.byteLength <= 16 * 1024);
  bytes.append(new Uint8Array(100_000), 0, 100_000);
  t.ok(bytes.take().buffer.byteLength <= 2 * bytes.received);
  t.equal(bytes.remaining, 16 * 1024 * 1024 - 100_010);
});

t.test('a payload has a buffer of exactly its own, independent of the source', async (t) => {
  const source = Buffer.from('0123456789');
  for (const length of [1, 10]) {
    const bytes = new ReceivedBytes(length);
    bytes.append(source, 0, length);
    const payload = bytes.take();
    source.fill(0x2e, 0, length);
    t.equal(payload.buffer.byteLength, length);
    t.equal(Buffer.from(payload).toString(), '0123456789'.slice(0, length));
    source.write('0123456789');
  }
});

t.test('a message in a thousand pieces is moved only a few times', async (t) => {
  const bytes = new ReceivedBytes(1024 * 1024);
  const buffers = new Set<ArrayBufferLike>();
  for (let piece = 0; piece < 1024; piece++) {
    bytes.append(new Uint8Array(1024), 0, 1024);
    buffers.add(bytes.take().buffer);
  }
  t.ok(buffers.size <= 7, `${buffers.size} buffers`);
});

t.test('nothing declared is an empty payload', async (t) => {
  const bytes = new ReceivedBytes(0);
  t.equal(bytes.remaining, 0);
  t.equal(bytes.take().length, 0);
});

t.test('pieces are put together in order while the buffer grows', async (t) => {
  const whole = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 31) & 0xff);
  const bytes = new ReceivedBytes(whole.length);
  for (let at = 0; at < whole.length; at += 777) {
    bytes.append(whole.slice(at, at + 777), 0, Math.min(777, whole.length - at));
  }
  t.equal(Buffer.compare(bytes.take(), whole), 0);
});
