import t from 'tap';
import { smallBuffers } from '../../src/run/tcp-tuning.js';
import { judge } from '../../src/run/validity.js';

const CALM = {
  audit: { verdict: { state: 'valid' } } as const,
  cpu: { edge: 0.2, viewer: 0.79 },
  tuning: [{ values: {}, refused: [] }],
  reasons: [],
};

t.test('a run that nothing disturbed is valid', async (t) => {
  t.same(judge(CALM), { state: 'valid' });
});

t.test('each disturbance makes it invalid and is named', async (t) => {
  const reasonsOf = (evidence: Partial<Parameters<typeof judge>[0]>) => {
    const validity = judge({ ...CALM, ...evidence });
    return validity.state === 'invalid' ? validity.reasons : [];
  };
  t.same(reasonsOf({ audit: undefined }), ['the link told nothing']);
  t.same(reasonsOf({ audit: { verdict: { state: 'invalid', reasons: ['forward: late'] } } }), [
    'link: forward: late',
  ]);
  t.same(reasonsOf({ audit: { verdict: { state: 'unjudged', reason: 'nobody looked' } } }), [
    'link: nobody looked',
  ]);
  t.same(reasonsOf({ cpu: { edge: 0.8 } }), ['the edge process used 80 % of a core']);
  t.same(reasonsOf({ reasons: ['the source was late'] }), ['the source was late']);
  const refused = { values: {}, refused: ['net.ipv4.tcp_slow_start_after_idle = 0 (is 1)'] };
  t.same(reasonsOf({ tuning: [refused, refused] }), [
    'the kernel did not take net.ipv4.tcp_slow_start_after_idle = 0 (is 1)',
  ]);
});

t.test('buffers below two bandwidth-delay products are named', async (t) => {
  const values = { 'net/ipv4/tcp_rmem': '4096 131072 6291456', 'net/ipv4/tcp_wmem': '4096 16384 1000' };
  const path = { oneWayMs: 95, rttMs: 190, bdpBytes: 1_000_000 };
  t.same(smallBuffers({ values, refused: [] }, path), [
    'net.ipv4.tcp_wmem ends at 1000, two bandwidth-delay products are 2000000',
  ]);
});
