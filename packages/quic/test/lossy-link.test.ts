/** What the figures of a link say that loses packets: the news of packets, and repair. */
import { attach, textOf, waitFor } from '@longhaul/testkit';
import t, { type Test } from 'tap';
import type { StreamNewsItem } from '../src/index.js';
import { connectOverProxy, makeIdentities } from './support/pair.js';

const identities = await makeIdentities();
const SIZE = 400_000;

/** A pair over 5 ms each way; `send` resolves when the peer has read the stream. */
async function lossyPair(test: Test, options: { readonly loseOneIn: number }) {
  const pair = await connectOverProxy(test, {
    identities,
    hopMs: 5,
    controller: { fixedBps: 40e6 },
    repair: { maxShare: 0.5 },
  });
  let read: (text: string) => void = () => {};
  void attach(pair.dialer);
  void attach(pair.acceptor, {
    onUniStream: (stream) => void textOf(stream).then((text) => read(text)),
  });
  const { dialer } = pair;
  await waitFor('the peer understands symbols', () => dialer.repair.view().understood);
  pair.proxy.loseOneIn(options.loseOneIn);
  const send = () => {
    const stream = dialer.openUni({ priority: 0 });
    let left = SIZE;
    const done = Promise.all([
      new Promise<string>((resolve) => {
        read = resolve;
      }),
      new Promise<void>((resolve) => {
        const fill = () => {
          while (left > 0 && stream.credit > 0)
            left -= stream.write([Buffer.alloc(Math.min(left, 16_384), 'x')]);
          if (left === 0) stream.finish();
        };
        stream.listen({ onCredit: fill, onAcknowledged: resolve });
        fill();
      }),
    ]).then(([text]) => text.length);
    return { id: stream.id, done };
  };
  return { dialer, send };
}

t.test(
  'of the streams that are followed each packet is told as sent, then as acknowledged or lost',
  async (t) => {
    const { dialer, send } = await lossyPair(t, { loseOneIn: 20 });
    const { streamNews } = dialer;
    t.equal(streamNews.every, 0);
    t.equal(await send().done, SIZE);
    t.same(streamNews.take(0), { news: [], leftOut: 0 }, 'nothing is kept before it is asked for');

    streamNews.follow(2);
    const items: StreamNewsItem[] = [];
    const ids: number[] = [];
    for (let streams = 0; streams < 2; streams += 1) {
      const { id, done } = send();
      ids.push(id);
      t.equal(await done, SIZE);
      await waitFor('the last packet is told of', () => {
        items.push(...streamNews.take(1_000_000).news);
        return !streamNews.isFollowed(id) || acked(items).length === SIZE;
      });
    }
    const followed = ids.filter((id) => streamNews.isFollowed(id));
    t.equal(followed.length, 1, 'every second one');
    t.ok(
      items.every(({ streamId }) => streamId === followed[0]),
      'of no other',
    );
    const sent = new Set<number>();
    for (const { fate, packet } of items) {
      if (fate === 'sent') sent.add(packet);
      else if (!sent.has(packet)) t.fail(`packet ${packet} is ${fate} and was not sent`);
    }
    t.ok(
      items.some(({ fate }) => fate === 'lost'),
      'some were lost',
    );
    t.ok(
      items.every(({ atMs }) => atMs <= 1_000_000),
      'on the clock that was given',
    );
    streamNews.follow(0);
    t.equal(streamNews.isFollowed(followed[0] as number), false);
    t.throws(() => streamNews.follow(-1), { name: 'RangeError', message: /follow\(-1\)/ });
    t.throws(() => streamNews.follow(0.5), { name: 'RangeError' });
  },
);

/** Offsets that were acknowledged, of a stream sent in any pieces. */
function acked(items: readonly StreamNewsItem[]): number[] {
  const bytes = new Uint8Array(SIZE);
  for (const { fate, start, end } of items) if (fate === 'acked') bytes.fill(1, start, end);
  return [...bytes.keys()].filter((at) => bytes[at] === 1);
}

t.test('repair spends what it is allowed and says what it did', async (t) => {
  const { dialer, send } = await lossyPair(t, { loseOneIn: 12 });
  dialer.repair.set({ maxShare: 0 });
  t.equal(await send().done, SIZE);
  t.match(dialer.repair.view(), { sentOnLoss: 0, sentAhead: 0, sentBytes: 0 }, 'nothing with a share of 0');

  dialer.repair.set({ maxShare: 0.5 });
  for (let streams = 0; streams < 4; streams += 1) t.equal(await send().done, SIZE);
  const { sentOnLoss, sentAhead, sentBytes, loss } = dialer.repair.view();
  t.ok(loss > 0.01 && loss < 0.3, `${loss} of the packets are lost`);
  t.ok(sentOnLoss > 0 && sentBytes > 0, `${sentOnLoss} symbols`);
  t.ok(sentBytes < 0.5 * 5 * SIZE, `${sentBytes} bytes`);
  t.equal(sentAhead, 0, 'none before a loss');
  for (const maxShare of [-0.1, 1.1, Number.NaN])
    t.throws(() => dialer.repair.set({ maxShare }), { code: 'LH_QUIC_ARGUMENT' }, `${maxShare}`);
  dialer.close(0, 'enough');
  await waitFor('it is over', () => dialer.repair.view().sentBytes === 0);
  t.equal(dialer.repair.view().understood, false);
});
