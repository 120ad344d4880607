import t from 'tap';
import { Broadcast } from '../../src/broadcast.js';
import { BroadcastWriter } from '../../src/broadcast-writer.js';
import * as Path from '../../src/path.js';
import { EndedBroadcasts } from '../../src/registry/ended-broadcasts.js';
import { Timers } from '../../src/timers.js';

/** A broadcast that is over, with one frame of `size` bytes. */
function over(stream: string, size = 10): Broadcast {
  const broadcast = new Broadcast(Path.parse(`default/live/${stream}`), 1);
  const writer = new BroadcastWriter(broadcast);
  writer.write({ media: 'video', index: 0, kind: 'key', timestamp: 0, payload: new Uint8Array(size) }, 0);
  writer.end(0);
  return broadcast;
}

t.test('one that has ended can be had for a while', async (t) => {
  const timers = new Timers();
  const ended = new EndedBroadcasts(timers, () => 100);
  const [first, second] = [over('a'), over('b')];
  ended.add(first, 0);
  ended.add(second, 60);
  t.equal(ended.of(first.path), first);
  timers.poll(100);
  t.equal(ended.of(first.path), undefined);
  t.equal(ended.of(second.path), second);
  timers.poll(160);
  t.equal(ended.of(second.path), undefined);
  t.equal(timers.size, 0);
});

t.test('of one path the last one counts, for its own time', async (t) => {
  const timers = new Timers();
  const ended = new EndedBroadcasts(timers, () => 100);
  const [first, again] = [over('a'), over('a')];
  ended.add(first, 0);
  ended.add(again, 50);
  timers.poll(100);
  t.equal(ended.of(first.path), again);
  ended.clear();
  t.equal(ended.of(first.path), undefined);
  t.equal(timers.size, 0);
});

t.test('too many and too large ones go, the oldest first', async (t) => {
  const ended = new EndedBroadcasts(new Timers(), () => 1_000);
  const many = Array.from({ length: 1_030 }, (_, index) => over(`s${index}`));
  for (const broadcast of many) ended.add(broadcast, 0);
  t.equal(many.filter(({ path }) => ended.of(path) !== undefined).length, 1_024);
  t.equal(ended.of(Path.parse('default/live/s0')), undefined);
  const large = [over('x', 25 << 20), over('y', 25 << 20), over('z', 25 << 20)];
  for (const broadcast of large) ended.add(broadcast, 0);
  t.strictSame(
    large.map(({ path }) => ended.of(path) !== undefined),
    [false, true, true],
  );
  t.equal(ended.of(Path.parse('default/live/s1029')), undefined);
});

t.test('none is kept without time for it, and none that had no frame', async (t) => {
  const timers = new Timers();
  const ended = new EndedBroadcasts(timers, () => 0);
  ended.add(over('a'), 0);
  t.equal(ended.of(Path.parse('default/live/a')), undefined);
  const empty = new Broadcast(Path.parse('default/live/b'), 1);
  const kept = new EndedBroadcasts(timers, () => 100);
  kept.add(empty, 0);
  t.equal(kept.of(empty.path), undefined);
  t.equal(timers.size, 0);
});
