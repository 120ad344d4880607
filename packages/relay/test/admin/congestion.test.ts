import { readFileSync, writeFileSync } from 'node:fs';
import { waitFor } from '@longhaul/testkit';
import t from 'tap';
import { parse, stringify } from 'yaml';
import { loadConfig } from '../../src/config/config.js';
import { linked, Relays, type TestRelay } from '../drive/relays.js';

interface Row {
  readonly peer: string;
  readonly algorithm: string;
  readonly phase: string;
  readonly chosen: boolean;
  readonly pending: boolean;
  readonly knobs: Record<string, number>;
}

async function read(relay: TestRelay): Promise<{ algorithms: string[]; knobs: object[]; links: Row[] }> {
  return (await (await fetch(`${relay.admin}/api/v1/congestion`)).json()) as never;
}

/** Status and body of a change; `body` undefined is a DELETE. */
async function change(relay: TestRelay, peer: string, body?: object): Promise<{ status: number; body: Row }> {
  const response = await fetch(`${relay.admin}/api/v1/links/${peer}/congestion`, {
    ...(body === undefined
      ? { method: 'DELETE' }
      : { method: 'PUT', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return { status: response.status, body: (await response.json()) as Row };
}

const CONFIGURED = { algorithm: 'reno', knobs: { init_cwnd: 20 } };

function pair(relays: Relays) {
  return relays.pair({ edge: { link: { congestion: CONFIGURED } } });
}

/** Writes `link` keys into the file of `relay` and has it read again. */
function rewrite({ relay }: TestRelay, link: object): void {
  const file = relay.config.sources.file ?? '';
  const config = parse(readFileSync(file, 'utf8'));
  writeFileSync(file, stringify({ ...config, link: { ...config.link, ...link } }));
  relay.reload(loadConfig({ file }));
}

t.test('algorithms, knobs with their ranges, and what each link has', async (t) => {
  const { edge } = await pair(await Relays.create(t));
  const state = await read(edge);
  t.strictSame(state.algorithms, ['reno', 'cubic', 'bbr1', 'bbr3', 'bbr-live', 'copa', 'fixed']);
  const knob = { name: 'init_cwnd', unit: 'packets', default: 10, min: Number, max: Number, meaning: String };
  t.match(
    state.knobs.find((row) => (row as { name: string }).name === 'init_cwnd'),
    knob,
  );
  t.equal(state.links.length, 1);
  t.match(state.links[0], {
    peer: 'center',
    algorithm: 'reno',
    phase: String,
    chosen: false,
    knobs: { init_cwnd: 20 },
    deliveredBytes: Number,
    gauges: Array,
  });
});

t.test('a live link is changed; the answer has the state after it, the log who did it', async (t) => {
  const { edge } = await pair(await Relays.create(t));
  const { status, body } = await change(edge, 'center', {
    algorithm: 'fixed',
    knobs: { fixed_rate: 3_000_000 },
  });
  t.equal(status, 200);
  t.match(body, {
    peer: 'center',
    algorithm: 'fixed',
    phase: 'fixed',
    pending: false,
    chosen: true,
    knobs: { fixed_rate: 3_000_000, init_cwnd: 20 },
  });
  t.match(edge.relay.figures.links(), [
    { congestion: 'fixed', congestionPhase: 'fixed', pacingRateBps: 3_000_000 },
  ]);
  t.match(
    edge.log.filter(({ msg }) => msg === 'congestion control changed'),
    [
      {
        peer: 'center',
        who: '127.0.0.1',
        old: CONFIGURED,
        new: { algorithm: 'fixed', knobs: { init_cwnd: 20, fixed_rate: 3_000_000 } },
      },
    ],
  );
  const metrics = await (await fetch(`${edge.admin}/metrics`)).text();
  t.match(
    metrics,
    /longhaul_link_congestion\{peer="center",algorithm="fixed",phase="fixed",relay="edge"\} 1\n/,
  );
});

t.test('one knob is turned and the algorithm stays', async (t) => {
  const { edge } = await pair(await Relays.create(t));
  t.match(await change(edge, 'center', { knobs: { reno_beta: 0.7 } }), {
    status: 200,
    body: { algorithm: 'reno', knobs: { reno_beta: 0.7, init_cwnd: 20 } },
  });
});

t.test('a choice outlives a reload and the link, until it is taken back', async (t) => {
  const { edge, center } = await pair(await Relays.create(t));
  await change(edge, 'center', { algorithm: 'copa' });
  rewrite(edge, { congestion: { algorithm: 'bbr3' } });
  t.match((await read(edge)).links, [{ algorithm: 'copa', chosen: true }], 'after the reload');

  const { peers } = center.relay.config.settings.link;
  rewrite(center, { peers: [] });
  await waitFor('the link ends', () => edge.relay.figures.links().length === 0);
  t.equal((await change(edge, 'center', { algorithm: 'cubic' })).status, 404, 'there is none to change');
  rewrite(center, { peers });
  await linked(edge, center);
  t.match((await read(edge)).links, [{ algorithm: 'copa', chosen: true }], 'on the new link');

  t.match(await change(edge, 'center'), { status: 200, body: { algorithm: 'bbr3', chosen: false } });
  t.match(
    edge.log.findLast(({ msg }) => msg === 'congestion control changed'),
    { old: { algorithm: 'copa' }, new: { algorithm: 'bbr3' } },
  );
  const lines = edge.log.length;
  t.equal((await change(edge, 'center')).status, 200, 'twice is once');
  t.notOk(edge.log.slice(lines).some(({ msg }) => msg === 'congestion control changed'));
});

t.test('what is refused changes nothing, and the answer says what would do', async (t) => {
  const { edge } = await pair(await Relays.create(t));
  const refused: [object, RegExp][] = [
    [{ algorithm: 'vegas' }, /^there is no algorithm "vegas": reno, cubic, .*, fixed$/],
    [{ algorithm: 'agent' }, /^there is no algorithm "agent"/],
    [
      { algorithm: 'copa', knobs: { min_cwnd: 1e9 } },
      /^min_cwnd must be a whole number from 2 to \d+ packets/,
    ],
    [{ algorithm: 'copa', knobs: { warp: 9 } }, /^there is no congestion-control parameter "warp"/],
    [{ knobs: { min_cwnd: 'many' } }, /number/],
    [{}, /fewer than 1/],
  ];
  for (const [body, message] of refused) {
    t.match(await change(edge, 'center', body), { status: 400, body: { error: message } });
  }
  t.match((await read(edge)).links, [{ algorithm: 'reno', chosen: false, knobs: { init_cwnd: 20 } }]);
  t.notOk(edge.log.some(({ msg }) => msg === 'congestion control changed'));
  t.strictSame(await change(edge, 'nobody', { algorithm: 'copa' }), {
    status: 404,
    body: { error: 'there is no open link over QUIC to "nobody"' },
  });
});
