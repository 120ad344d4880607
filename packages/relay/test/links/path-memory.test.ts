import t from 'tap';
import { PathMemory } from '../../src/links/path-memory.js';

const path = (bandwidthBps: number) => ({ cwndBytes: 100_000, bandwidthBps, minRttMs: 80, loss: 0.01 });

function memory() {
  const state = { nowMs: 0, lifetimeMs: 600_000 };
  const paths = new PathMemory({ lifetimeMs: () => state.lifetimeMs, nowMs: () => state.nowMs });
  return { state, paths };
}

t.test('the last link to a peer is remembered for a lifetime', (t) => {
  const { state, paths } = memory();
  t.equal(paths.recall('edge'), undefined);
  paths.remember('edge', path(1e6));
  paths.remember('edge', path(2e6));
  paths.remember('edge', undefined);
  state.nowMs = 599_999;
  t.same(paths.recall('edge'), path(2e6));
  t.equal(paths.recall('other'), undefined);
  state.nowMs = 600_000;
  t.equal(paths.recall('edge'), undefined);
  t.equal(paths.size, 0);
  t.end();
});

t.test('a lifetime of 0 remembers nothing, a shorter one forgets', (t) => {
  const { state, paths } = memory();
  paths.remember('edge', path(1e6));
  state.lifetimeMs = 0;
  t.equal(paths.recall('edge'), undefined);
  paths.remember('edge', path(1e6));
  t.equal(paths.size, 0);
  t.end();
});

t.test('the oldest makes room', (t) => {
  const { paths } = memory();
  for (let peer = 0; peer < 1_100; peer++) {
    if (peer === 1_000) paths.remember('0', path(7e6));
    paths.remember(String(peer), path(1e6));
  }
  t.equal(paths.size, 1_024);
  t.equal(paths.recall('1'), undefined);
  t.same(paths.recall('0'), path(7e6), 'remembered anew');
  t.end();
});
