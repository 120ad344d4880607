import t from 'tap';
import { createLog, loadConfig, startRelay } from '../src/index.js';
import { Relays } from './drive/relays.js';

t.test('the example of the README starts a relay and drains it', async (t) => {
  const file = await (await Relays.create(t)).configure('edge', { log: { level: 'silent' } });
  t.throws(() => loadConfig({ file }), {
    message: /log\.level must be trace, debug, .* or fatal, got "silent"/,
  });
  const config = loadConfig({ file, env: { LONGHAUL_LOG_LEVEL: 'fatal' } });
  const relay = await startRelay(config, { log: createLog(config.relay.id, config.log) });
  t.match(relay.addresses, { rtmp: /^127\.0\.0\.1:[1-9]\d*$/ });
  t.match(await relay.drain(), { publishers: 0, viewers: 0, links: 0, cut: 0 });
});

t.test('an address that is taken is told, and nothing is left open', async (t) => {
  const relays = await Relays.create(t);
  const { relay } = await relays.start('a');
  for (const section of ['http', 'admin', 'link'] as const) {
    const listen = relay.addresses[section];
    await t.rejects(relays.start('b', { [section]: { listen } }), {
      code: 'LH_RELAY_LISTEN',
      message: new RegExp(`^${section}\\.listen: cannot listen on ${listen}: `),
    });
  }
});
