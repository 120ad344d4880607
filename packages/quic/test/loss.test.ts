import { attach } from '@longhaul/testkit';
import t from 'tap';
import { connectOverProxy, makeIdentities } from './support/pair.js';

const SIZE = 6 * 1024 * 1024;

t.test('one packet in twelve lost: every byte arrives, bidirectional streams in order', async (t) => {
  const pair = await connectOverProxy(t, {
    identities: await makeIdentities(),
    // A rate of its own: what is tested is reassembly, not congestion control.
    controller: { fixedBps: 60e6 },
  });
  pair.proxy.loseOneIn(12);
  void attach(pair.dialer);
  const [uni, bidi] = [Buffer.alloc(SIZE), Buffer.alloc(SIZE)];
  let gaps = 0;
  const finished = new Promise<number[]>((resolve) => {
    const sizes: number[] = [];
    const done = (size: number) => {
      if (sizes.push(size) === 2) resolve(sizes);
    };
    void attach(pair.acceptor, {
      onUniStream: (stream) =>
        stream.read({
          onData: (chunks) => {
            for (const { offset, bytes } of chunks) uni.set(bytes, offset);
          },
          onFinished: done,
          onReset() {},
        }),
      onBidiStream: ({ receive }) => {
        let next = 0;
        receive.read({
          onData: (chunks) => {
            for (const { offset, bytes } of chunks) {
              if (offset !== next) gaps += 1;
              bidi.set(bytes, offset);
              next = offset + bytes.byteLength;
            }
          },
          onFinished: done,
          onReset() {},
        });
      },
    });
  });
  const content = Buffer.alloc(SIZE);
  for (let at = 0; at < SIZE; at += 4) content.writeUInt32LE((at * 2654435761) >>> 0, at);
  for (const stream of [pair.dialer.openUni({ priority: 1 }), pair.dialer.openBidi({ priority: 0 }).send]) {
    let at = 0;
    const fill = () => {
      while (stream.credit > 0 && at < SIZE) at += stream.write([content.subarray(at, at + 60_000)]);
      if (at === SIZE) stream.finish();
    };
    stream.listen({ onCredit: fill });
    fill();
  }
  t.same(await finished, [SIZE, SIZE]);
  t.equal(gaps, 0, 'no gap is shown on the bidirectional stream');
  t.ok(uni.equals(content), 'the unidirectional stream is whole');
  t.ok(bidi.equals(content), 'the bidirectional stream is whole');
  t.ok(pair.dialer.stats().packetsLost > 100, `${pair.dialer.stats().packetsLost} packets were lost`);
});
