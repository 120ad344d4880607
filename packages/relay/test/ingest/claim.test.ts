import t from 'tap';
import { type Claim, mayTakeOver } from '../../src/ingest/claim.js';

function claim(changes: Partial<Claim> = {}): Claim {
  return {
    source: '',
    address: '192.0.2.1',
    token: undefined,
    lastByteMs: () => 0,
    giveWay: () => {},
    ...changes,
  };
}

t.test('a silent publisher gives way, one that sends does not', async (t) => {
  t.equal(mayTakeOver(claim(), claim(), { nowMs: 5_000, silentMs: 5_000 }), true);
  t.equal(mayTakeOver(claim(), claim(), { nowMs: 4_999, silentMs: 5_000 }), false);
});

t.test('the same token from the same address takes over at once', async (t) => {
  const now = { nowMs: 1, silentMs: 5_000 };
  const holder = claim({ token: 'a' });
  t.equal(mayTakeOver(holder, claim({ token: 'a' }), now), true);
  t.equal(mayTakeOver(holder, claim({ token: 'b' }), now), false);
  t.equal(mayTakeOver(holder, claim({ token: 'a', address: '192.0.2.2' }), now), false);
  t.equal(mayTakeOver(claim(), claim(), now), false, 'no token is not the same token');
});
