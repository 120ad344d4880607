import { encodeControl, encodeFrame } from '@longhaul/wire';
import t from 'tap';
import type { LinkSession } from '../../src/link/index.js';
import { TurnBudget } from '../../src/link/turn-budget.js';
import { rawPair } from './raw.js';
import { frame, group, groupOf, receiving } from './receiving.js';

t.test('whoever waits goes on in the order of waiting, once a turn', async (t) => {
  const log: string[] = [];
  const budget = new TurnBudget(2, () => log.push('deferred'));
  const waiter = (name: string, cost: number) => ({
    left: cost,
    proceed() {
      for (; this.left > 0; this.left -= 1) {
        if (budget.spent) {
          budget.defer(this);
          return;
        }
        budget.spend(1);
        log.push(name);
      }
    },
  });
  const [a, b, c] = [waiter('a', 5), waiter('b', 1), waiter('c', 1)] as const;
  for (const each of [a, b, c]) each.proceed();
  t.strictSame(log.splice(0), ['a', 'a', 'deferred']);
  t.equal(budget.waiting, true);
  budget.refill();
  t.strictSame(log.splice(0), ['a', 'a', 'deferred']);
  budget.refill();
  t.strictSame(log.splice(0), ['b', 'c', 'deferred'], 'a waits for its next turn');
  budget.refill();
  t.strictSame(log.splice(0), ['a']);
  t.equal(budget.waiting, false);
  budget.refill();
  t.strictSame(log, []);
});

t.test('one that is forgotten does not go on', async (t) => {
  const budget = new TurnBudget(1, () => {});
  const gone = { proceed: () => t.fail('it is gone') };
  budget.defer({ proceed: () => budget.forget(gone) });
  budget.defer(gone);
  budget.refill();
  t.equal(budget.waiting, false);
});

/** How much `count` grew from one poll of the session to the next. */
function byTurn(session: LinkSession, count: () => number): number[] {
  const turns: number[] = [];
  const poll = session.poll.bind(session);
  let before = count();
  session.poll = (nowMs) => {
    turns.push(count() - before);
    before = count();
    poll(nowMs);
  };
  return turns;
}

/** The bytes of `count` empty frames behind the first frame of a group. */
function emptyFrames(count: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let ordinal = 1; ordinal <= count; ordinal += 1) {
    const previous = { ordinal: ordinal - 1, timestamp: (ordinal - 1) * 40 };
    parts.push(...encodeFrame(frame('delta', ordinal, 0), previous));
  }
  return Buffer.concat(parts);
}

t.test('a flood of empty frames is handled some thousand a turn, other streams between', async (t) => {
  const perTurn = 1_000;
  const { clock, end, peer, seen } = receiving({ limits: { maxRecordsPerTurn: perTurn } });
  const flood = peer.uni(group({}, frame('key', 0)), emptyFrames(10_000));
  flood.finish();
  const turns = byTurn(end.session, () => seen.arrivals.length);
  let most = 0;
  for (let turn = 0; turn < 40; turn += 1) {
    clock.advance(5);
    most = Math.max(most, end.session.snapshot().bufferedBytes);
  }
  t.ok(Math.max(...turns) <= perTurn, `${turns}`);
  t.ok(turns.filter((count) => count > perTurn - 10).length >= 9, 'every turn is used');
  t.equal(seen.arrivals.length, 10_001, 'nothing is lost');
  t.equal(groupOf(seen, 0)?.state, 'complete');
  t.ok(most > 10_000, 'what waits is counted');
  t.equal(end.session.snapshot().bufferedBytes, 0);
});

t.test('a stream that begins while others wait is not read before its turn', async (t) => {
  const { clock, end, peer, seen } = receiving({ limits: { maxRecordsPerTurn: 100 } });
  peer.uni(group({}, frame('key', 0)), emptyFrames(1_000));
  const second = peer.uni(group({ sequence: 1, baseOrdinal: 5_000 }, frame('key', 5_000)));
  second.finish();
  clock.advance(10);
  t.ok((end.session.nextTimeoutMs() ?? Infinity) <= clock.nowMs, 'it wants to be polled at once');
  clock.advance(90);
  t.equal(groupOf(seen, 1)?.frameCount, 1);
  t.equal(seen.arrivals.length, 1_002);
});

t.test('a flood of control messages is handled some hundred a turn', async (t) => {
  let wanted = 0;
  const { clock, end, peer } = rawPair({
    session: 'acceptor',
    options: { limits: { maxRecordsPerTurn: 160 }, onBacklog: () => (wanted += 1) },
  });
  const turns = byTurn(end.session, () => end.port.log.length);
  const announce = (epoch: number) =>
    encodeControl({ kind: 'announce', path: 'default/live/a', epoch, hops: ['center-1'] });
  const request = peer.request();
  request.bidi.send.write(Array.from({ length: 105 }, (_, epoch) => announce(epoch + 1)));
  clock.advance(150);
  t.equal(Math.max(...turns), 10, 'a message counts as 16 records');
  t.equal(end.port.log.length, 105);
  t.equal(wanted, 10, 'the owner is told once a turn');
});

t.test('requests that came before the Hello are answered some hundred a turn', async (t) => {
  const { clock, end, peer } = rawPair({
    session: 'acceptor',
    greeted: false,
    options: { limits: { maxRecordsPerTurn: 160 } },
  });
  for (let index = 0; index < 35; index += 1) {
    peer.request().send({ kind: 'announce', path: `default/live/${index}`, epoch: 1, hops: ['center-1'] });
  }
  clock.advance(30);
  t.equal(end.port.log.length, 0);
  const turns = byTurn(end.session, () => end.port.log.length);
  peer.request().send({ kind: 'hello', versions: [1], relayId: 'center-1', software: '', region: '' });
  clock.advance(100);
  t.ok(Math.max(...turns) <= 10, `${turns}`);
  t.equal(end.port.log.length, 35);
});
