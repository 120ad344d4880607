import { LinkDelays } from '@longhaul/core';
import type { StreamNews } from '@longhaul/quic';
import t from 'tap';
import { PacketFollower, sampleFor } from '../../src/trace/packet-follower.js';

t.test('of so many streams as can be afforded, and of all again when there are few', async (t) => {
  t.equal(sampleFor(1, 100), 1);
  t.equal(sampleFor(1, 600), 2);
  t.equal(sampleFor(8, 300), 8);
  t.equal(sampleFor(8, 100), 4);
  t.equal(sampleFor(4_096, 9_999), 4_096);
});

t.test('the news are handed on, and a trace sees every stream', async (t) => {
  const told: number[] = [];
  let count = 0;
  const source = {
    every: 0,
    follow(every: number) {
      this.every = every;
    },
    isFollowed: (streamId: number) => streamId === 4,
    take: (nowMs: number) => ({ news: [], leftOut: told.push(nowMs) > 0 ? count : 0 }),
  };
  const delays = new LinkDelays('center');
  const follower = new PacketFollower(source as unknown as StreamNews, delays);
  t.strictSame([delays.follows?.(4), delays.follows?.(6)], [true, false]);
  count = 5_000;
  follower.poll(10, false);
  follower.poll(20, false);
  t.equal(source.every, 4);
  follower.poll(30, true);
  t.equal(source.every, 1, 'whatever it takes');
  t.strictSame(told, [10, 20, 30]);
});
