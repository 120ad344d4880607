import t from 'tap';
import { capacityBps } from '../../src/profile/capacity.js';
import { loadProfile } from '../../src/profile/catalog.js';
import type { ResolvedProfile } from '../../src/profile/profile.js';

function withForward(change: Partial<ResolvedProfile['forward']>): ResolvedProfile {
  const profile = loadProfile('hk-sv');
  return { ...profile, forward: { ...profile.forward, ...change } };
}

t.test('a constant rate is itself', async (t) => {
  t.equal(capacityBps(loadProfile('hk-sv'), 'forward', 1_000, 2_500), 50e6);
});

t.test('a step of the rate counts from its moment', async (t) => {
  const profile = withForward({ steps: [{ atMs: 1_000, kind: 'rate', bps: 10e6 }] });
  t.equal(capacityBps(profile, 'forward', 0, 1_000), 50e6);
  t.equal(capacityBps(profile, 'forward', 500, 1_500), 30e6);
  t.equal(capacityBps(profile, 'forward', 2_000, 3_000), 10e6);
});

t.test('a trace repeats with its last entry as period', async (t) => {
  const profile = withForward({ bottleneck: { kind: 'trace', name: 'test', ms: [2, 2, 7, 10] } });
  t.equal(capacityBps(profile, 'forward', 0, 5), (2 * 12_000) / 0.005);
  t.equal(
    capacityBps(profile, 'forward', 0, 10),
    (3 * 12_000) / 0.01,
    'the entry at 10 is at the end, not before it',
  );
  t.equal(capacityBps(profile, 'forward', 5, 25), (8 * 12_000) / 0.02);
});

t.test('no time, no rate', async (t) => {
  t.equal(capacityBps(loadProfile('hk-sv'), 'reverse', 5, 5), 0);
});
