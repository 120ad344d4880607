import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { parse, stringify } from 'yaml';
import { loadConfig } from '../../src/config/config.js';
import { linked, Relays, type TestRelay } from '../drive/relays.js';

const algorithms = ({ relay }: TestRelay) => relay.figures.links().map(({ congestion }) => congestion);

t.test(
  'the config chooses the algorithm, per peer where it says so, and a reload changes open links',
  async (t) => {
    const relays = await Relays.create(t);
    const edge = await relays.start('edge', {
      link: { congestion: { algorithm: 'reno', knobs: { init_cwnd: 32 } } },
    });
    const link = { peers: [{ name: 'edge', url: `quic://${edge.relay.addresses.link}` }] };
    const rules = [
      { name: 'other-*', algorithm: 'copa' },
      { name: 'ed*', algorithm: 'cubic', knobs: { cubic_beta: 0.8 } },
    ];
    const center = await relays.start('center', {
      relay: { role: 'center' },
      link: { ...link, congestion: { algorithm: 'bbr3', peers: rules } },
    });
    await linked(edge, center);
    t.same(algorithms(edge), ['reno']);
    t.same(algorithms(center), ['cubic']);

    const file = edge.relay.config.sources.file ?? '';
    const config = parse(readFileSync(file, 'utf8'));
    writeFileSync(
      file,
      stringify({ ...config, link: { ...config.link, congestion: { algorithm: 'bbr-live' } } }),
    );
    t.match(edge.relay.reload(loadConfig({ file })), {
      applied: ['link.congestion.algorithm', 'link.congestion.knobs'],
      needRestart: [],
    });
    t.same(algorithms(edge), ['bbr-live']);
  },
);
