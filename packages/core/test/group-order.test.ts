import t from 'tap';
import type { Frame } from '../src/frame.js';
import type { Group, GroupState } from '../src/group.js';
import { GroupOrder, MAX_HELD_FRAMES } from '../src/group-order.js';
import { aFrame } from './support/media.js';

/** An order whose missing ordinals the test names. */
function anOrder(missing: number[] = [], maxHeldBytes = 10_000_000) {
  const out: number[] = [];
  const order = new GroupOrder({
    holdMs: 500,
    maxHeldBytes,
    isMissing: (after, before) => missing.some((ordinal) => ordinal > after && ordinal < before),
    onFrame: (_, { ordinal }: Frame) => out.push(ordinal),
  });
  const push = (group: Group, ordinal: number, nowMs = 0) => {
    const at = missing.indexOf(ordinal);
    if (at >= 0) missing.splice(at, 1);
    order.push(group, aFrame({ kind: 'delta', ordinal, size: 1_000 }), nowMs);
  };
  return { order, out, push, missing };
}

function aGroup(sequence: number): Group & { state: GroupState } {
  return { sequence, state: 'open' } as Group;
}

t.test('while nothing is missing a newer group waits for nothing', async (t) => {
  const { order, out, push } = anOrder();
  push(aGroup(0), 0);
  push(aGroup(1), 3);
  push(aGroup(5), 4);
  t.same(out, [0, 3, 4]);
  t.equal(order.deadlineMs, undefined);
});

t.test('a newer group waits for the rest of the one before it, and then leaves at once', async (t) => {
  const { order, out, push } = anOrder([1, 2]);
  const [old, next] = [aGroup(0), aGroup(1)];
  push(old, 0);
  push(next, 3, 10);
  push(next, 4, 20);
  t.same(out, [0]);
  t.equal(order.deadlineMs, 510);
  push(old, 1, 30);
  order.settle(30);
  t.same(out, [0, 1]);
  push(old, 2, 40);
  order.settle(40);
  t.same(out, [0, 1, 2, 3, 4]);
  t.equal(order.deadlineMs, undefined);
  t.equal(order.counters.held, 2);
});

t.test('when the older group is over nothing of it is waited for', async (t) => {
  const { order, out, push } = anOrder([1]);
  const old = aGroup(0);
  push(old, 0);
  push(aGroup(1), 3);
  old.state = 'truncated';
  order.settle(0);
  t.same(out, [0, 3]);
  const over = aGroup(2);
  over.state = 'complete';
  push(over, 5);
  push(aGroup(3), 7);
  t.same(out, [0, 3, 5, 7]);
});

t.test('a group between the two that has not come is waited for though the older one is over', async (t) => {
  const { order, out, push } = anOrder([2, 3]);
  const old = aGroup(0);
  push(old, 1);
  old.state = 'complete';
  push(aGroup(2), 5);
  t.same(out, [1]);
  const between = aGroup(1);
  push(between, 2);
  push(between, 3);
  order.settle(0);
  t.same(out, [1, 2, 3, 5]);
});

t.test(
  'the bound in time is reached: the rest is given up, and what comes of it is left to the gate',
  async (t) => {
    const { order, out, push } = anOrder([1, 4]);
    const [old, next, third] = [aGroup(0), aGroup(1), aGroup(2)];
    push(old, 0);
    push(next, 2, 10);
    push(third, 6, 100);
    order.poll(509);
    t.same(out, [0]);
    order.poll(510);
    t.same(out, [0, 2]);
    t.equal(order.deadlineMs, 600, 'the rest of the next group has time of its own');
    push(old, 1, 520);
    t.same(out, [0, 2, 1]);
    order.poll(600);
    t.same(out, [0, 2, 1, 6]);
    t.same(order.counters, { held: 2, expired: 2, overflown: 0 });
  },
);

t.test('the bound in bytes is reached: the rest is given up', async (t) => {
  const { order, out, push } = anOrder([1], 3_000);
  push(aGroup(0), 0);
  const next = aGroup(1);
  push(next, 2);
  push(next, 3);
  t.same(out, [0]);
  push(next, 4);
  t.same(out, [0, 2, 3, 4]);
  t.equal(order.counters.overflown, 1);
});

t.test('the bound in frames is reached, whatever order they come in', async (t) => {
  const { out, push, order } = anOrder([1]);
  push(aGroup(0), 0);
  for (let at = MAX_HELD_FRAMES; at > 0; at -= 1) push(aGroup(at + 1), at + 1);
  t.equal(out.length, 1);
  push(aGroup(MAX_HELD_FRAMES + 2), MAX_HELD_FRAMES + 2);
  t.ok(out.length > 1);
  t.equal(order.counters.overflown, 1);
  t.same(
    out,
    [...out].sort((a, b) => a - b),
  );
});

t.test('flush lets all leave in order', async (t) => {
  const { order, out, push } = anOrder([1, 4]);
  push(aGroup(0), 0);
  push(aGroup(2), 6);
  push(aGroup(1), 2);
  order.flush(5);
  t.same(out, [0, 2, 6]);
  t.equal(order.deadlineMs, undefined);
});
