import t from 'tap';
import { type MemoryLimits, MemoryLink, type ReceiveStream } from '../../src/index.js';
import { Heard, Read } from './recorder.js';

t.test('a stream is read once', async (t) => {
  const { link, heard } = joined();
  link.dialer.openUni({ priority: 0 }).write([new Uint8Array(1)]);
  link.flush();
  const stream = heard.uni[0] as ReceiveStream;
  new Read(stream);
  t.throws(() => new Read(stream), { name: 'TypeError', message: /read\(\) was called before/ });
  stream.stop(1);
  new Read(stream);
  stream.pause();
  stream.resume();
  stream.stop(2);
  link.flush();
  t.pass('after a stop all calls do nothing');
});

t.test('a stop after everything has arrived crosses nothing and frees the stream', async (t) => {
  const { link, heard } = joined({ maxConcurrentUni: 1 });
  const stopped: number[] = [];
  const first = link.dialer.openUni({ priority: 0 });
  first.listen({ onStopped: (code) => stopped.push(code) });
  first.write([new Uint8Array(10)]);
  first.finish();
  link.flush();
  heard.uni[0]?.stop(5);
  link.dialer.openUni({ priority: 0 }).write([new Uint8Array(1)]);
  link.flush();
  t.same(stopped, [], 'the writer had been acknowledged');
  t.equal(heard.uni.length, 2, 'the next stream came');
});

t.test('the end of a stream that was stopped frees it without a reset', async (t) => {
  const { link, heard } = joined({ maxConcurrentUni: 1, streamWindowBytes: 1_000 });
  const first = link.dialer.openUni({ priority: 0 });
  first.write([new Uint8Array(10)]);
  link.flush();
  first.write([new Uint8Array(10)]);
  first.finish();
  heard.uni[0]?.stop(5);
  link.flush();
  link.dialer.openUni({ priority: 0 }).write([new Uint8Array(1)]);
  link.flush();
  t.equal(heard.uni.length, 2);
});

t.test('a stop that crosses a reset is not told: the stream is over already', async (t) => {
  const { link, heard } = joined();
  const told: number[] = [];
  const stream = link.dialer.openUni({ priority: 0 });
  stream.listen({ onStopped: (code) => told.push(code) });
  stream.write([new Uint8Array(10)]);
  link.flush();
  stream.reset(1);
  heard.uni[0]?.stop(2);
  link.flush();
  t.same(told, []);
});

t.test('a reset that nobody has read yet outlives a stop and the close', async (t) => {
  const { link, heard } = joined();
  for (let index = 0; index < 2; index++) {
    const stream = link.dialer.openUni({ priority: 0 });
    stream.write([new Uint8Array(10)]);
    link.flush();
    stream.reset(7);
  }
  link.flush();
  heard.uni[0]?.stop(1);
  const read = new Read(heard.uni[1] as ReceiveStream);
  link.dialer.close(0, '');
  link.flush();
  t.same(read.events, ['reset 7']);
});

t.test(
  'a reset of a finished stream that waits for its reader is delivered in place of the bytes',
  async (t) => {
    const { link, heard } = joined({ streamWindowBytes: 100 });
    const stream = link.dialer.openUni({ priority: 0 });
    stream.write([new Uint8Array(300)]);
    stream.finish();
    link.flush();
    stream.reset(3);
    link.flush();
    const read = new Read(heard.uni[0] as ReceiveStream);
    link.flush();
    t.same(read.events, ['reset 3']);
    t.equal(read.bytes, 0);
  },
);

t.test('credit is told once for each exhaustion, and not after the end', async (t) => {
  const { link, heard } = joined({ streamWindowBytes: 1_000, sendBufferBytes: 100 });
  let told = 0;
  const stream = link.dialer.openUni({ priority: 0 });
  stream.listen({ onCredit: () => told++ });
  t.equal(stream.write([new Uint8Array(60)]), 60);
  link.flush();
  t.equal(told, 0, 'credit was left');
  t.equal(stream.write([new Uint8Array(60), new Uint8Array(60)]), 100, 'the second buffer is cut');
  t.equal(stream.credit, 0);
  link.flush();
  t.equal(told, 1);
  t.equal(stream.credit, 100);
  t.equal(stream.write([new Uint8Array(40)]), 40);
  link.flush();
  t.equal(told, 1, 'a write that leaves credit asks for nothing');
  t.equal(stream.write([new Uint8Array(100)]), 100);
  stream.finish();
  link.flush();
  t.equal(told, 1, 'a finished stream has no credit to tell of');
  const read = new Read(heard.uni[0] as ReceiveStream);
  link.flush();
  t.same(read.events, ['finished 300']);
});

t.test('an event that is due when the stream is reset is not fired', async (t) => {
  const { link } = joined({ sendBufferBytes: 100 });
  const [first, second] = [link.dialer.openUni({ priority: 0 }), link.dialer.openUni({ priority: 0 })];
  const heard: string[] = [];
  first.listen({
    onCredit() {
      heard.push('first');
      second.reset(1);
    },
  });
  second.listen({ onCredit: () => heard.push('second') });
  first.write([new Uint8Array(100)]);
  second.write([new Uint8Array(100)]);
  link.flush();
  t.same(heard, ['first']);
});

t.test('listeners may leave out any event', async (t) => {
  const { link, heard } = joined({ sendBufferBytes: 10 });
  const [first, second] = [link.dialer.openUni({ priority: 0 }), link.dialer.openUni({ priority: 0 })];
  first.write([new Uint8Array(10)]);
  second.write([new Uint8Array(10)]);
  link.flush();
  first.finish();
  new Read(heard.uni[0] as ReceiveStream);
  heard.uni[1]?.stop(1);
  link.flush();
  t.equal(second.credit, 0);
});

t.test('opening a stream opens those the peer opened before it', async (t) => {
  const { link, heard } = joined();
  link.dialer.openUni({ priority: 0 });
  link.dialer.openUni({ priority: 0 }).write([new Uint8Array(5)]);
  link.flush();
  t.equal(heard.uni.length, 2);
  const read = new Read(heard.uni[1] as ReceiveStream);
  link.flush();
  t.equal(read.bytes, 5);
});

t.test('the buffer that was written may be changed once it has left', async (t) => {
  const { link, heard } = joined();
  const buffer = Uint8Array.of(1, 2, 3);
  link.dialer.openUni({ priority: 0 }).write([buffer]);
  link.flush();
  buffer.fill(9);
  const found: number[] = [];
  heard.uni[0]?.read({
    onData: (chunks) => found.push(...chunks.flatMap((chunk) => [...chunk.bytes])),
    onFinished: () => {},
    onReset: () => {},
  });
  link.flush();
  t.same(found, [1, 2, 3]);
});

t.test('reading after the close was told delivers nothing', async (t) => {
  const { link, heard } = joined();
  link.dialer.openUni({ priority: 0 }).write([new Uint8Array(5)]);
  link.flush();
  link.dialer.close(0, '');
  link.flush();
  t.equal(heard.closed.length, 1);
  const stream = heard.uni[0] as ReceiveStream;
  const read = new Read(stream);
  link.flush();
  t.same(read.events, []);
  stream.stop(1);
  const late = link.acceptor.openBidi({ priority: 0 });
  const lateRead = new Read(late.receive);
  late.receive.stop(1);
  link.flush();
  t.same(lateRead.events, []);
});

t.test('streams that wait for credit end with the connection', async (t) => {
  const { link } = joined({ maxConcurrentUni: 0, maxConcurrentBidi: 0 });
  const uni = link.dialer.openUni({ priority: 0 });
  const bidi = link.dialer.openBidi({ priority: 0 });
  t.equal(uni.write([new Uint8Array(5)]), 5);
  t.equal(bidi.send.write([new Uint8Array(6)]), 6);
  t.equal(link.dialer.stats().bytesQueued, 11, 'what they hold is counted');
  const read = new Read(bidi.receive);
  link.flush();
  link.dialer.close(0, '');
  t.equal(uni.credit + bidi.send.credit, 0);
  uni.setPriority(5);
  uni.reset(1);
  link.flush();
  t.same(read.events, ['reset undefined']);
});

/** A link whose acceptor's owner keeps what it hears. */
function joined(limits: Partial<MemoryLimits> = {}): { link: MemoryLink; heard: Heard } {
  const link = new MemoryLink({ limits });
  return { link, heard: new Heard(link.acceptor) };
}
