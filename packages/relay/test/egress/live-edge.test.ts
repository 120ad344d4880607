import fc from 'fast-check';
import t from 'tap';
import * as LiveEdge from '../../src/egress/live-edge.js';

const DEFAULTS: LiveEdge.LiveEdgeDefaults = {
  start: 'key',
  latencyMs: 0,
  burstMs: 0,
  fromUrl: true,
  mostMs: 5_000,
};
const parse = (query: string, defaults: Partial<LiveEdge.LiveEdgeDefaults> = {}) =>
  LiveEdge.parse(new URLSearchParams(query), { ...DEFAULTS, ...defaults });

t.test('without a wish the config says', async (t) => {
  t.same(parse(''), { start: 'newest', burstMs: 0 });
  t.same(parse('token=x&other=-1'), { start: 'newest', burstMs: 0 });
  t.same(parse('', { start: 'live', latencyMs: 800, burstMs: 300 }), {
    start: 'live',
    latencyMs: 800,
    burstMs: 300,
  });
  t.same(parse('', { latencyMs: 80_000, burstMs: 30_000 }), {
    start: 'newest',
    latencyMs: 5_000,
    burstMs: 5_000,
  });
});

t.test('a wish counts, each for itself', async (t) => {
  t.same(parse('latency=500'), { start: 'near', latencyMs: 500, burstMs: 0 });
  t.same(parse('latency=500&start=key'), { start: 'newest', latencyMs: 500, burstMs: 0 });
  t.same(parse('latency=0', { latencyMs: 800 }), { start: 'newest', burstMs: 0 });
  t.same(parse('burst=1000', { latencyMs: 800 }), { start: 'newest', latencyMs: 800, burstMs: 1_000 });
  t.same(parse('burst=0', { burstMs: 800 }), { start: 'newest', burstMs: 0 });
  t.same(parse('start=live', { start: 'near' }), { start: 'live', burstMs: 0 });
});

t.test('a wish that breaks the rule is refused with the rule', async (t) => {
  for (const query of [
    'latency=49',
    'latency=5001',
    'latency=',
    'latency=-1',
    'latency=1e3',
    'latency=99999999',
  ])
    t.throws(() => parse(query), {
      code: 'LH_RELAY_VIEW',
      message: '?latency= must be 0 or 50 to 5000 milliseconds',
    });
  t.throws(() => parse('burst=5001'), { message: '?burst= must be 0 to 5000 milliseconds' });
  t.throws(() => parse('start=now'), { message: '?start= must be key, near, live' });
  t.throws(() => parse('start=key&start=live'), { message: '?start= must be given once' });
});

t.test('where viewers have no choice what they ask is left unread', async (t) => {
  t.same(parse('latency=nonsense&start=live', { fromUrl: false }), { start: 'newest', burstMs: 0 });
});

t.test('whatever is asked, what is given is within the bounds', async (t) => {
  fc.assert(
    fc.property(fc.record({ latency: fc.string(), burst: fc.string(), start: fc.string() }), (wish) => {
      try {
        const { start, latencyMs = 0, burstMs = 0 } = LiveEdge.parse(new URLSearchParams(wish), DEFAULTS);
        return ['newest', 'near', 'live'].includes(start) && latencyMs <= 5_000 && burstMs <= 5_000;
      } catch (error) {
        return (error as { code?: string }).code === 'LH_RELAY_VIEW';
      }
    }),
  );
  t.pass('held for all runs');
});
