import { statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createLog, loadConfig, startRelay } from '@longhaul/relay';
import t from 'tap';
import { runCli } from '../src/cli.js';
import { SAMPLE_FILE } from '../src/start/options.js';
import { catchOutput } from './support/output.js';

const skip = networkInterfaces().lo?.some(({ address }) => address === '::1')
  ? false
  : 'this machine has no IPv6';

t.test('media addresses with an IPv6 host: publish, play of each protocol, probe', { skip }, async (t) => {
  const flags = {
    'relay.id': 'six',
    'rtmp.listen': '[::1]:0',
    'http.listen': '[::1]:0',
    'log.level': 'fatal',
    'linger.publisherMs': '0',
  };
  const config = loadConfig({ flags });
  const relay = await startRelay(config, { log: createLog(config.relay.id, config.log) });
  t.teardown(async () => {
    relay.stop();
    await relay.drain();
  });
  const { rtmp = '', http = '' } = relay.addresses;
  t.match(rtmp, /^\[::1\]:\d+$/);
  const publishing = catchOutput();
  const published = runCli(['publish', SAMPLE_FILE, `rtmp://${rtmp}/live/a`, '--duration', '5'], publishing);
  const directory = t.testdir();
  const played = [`http://${http}/live/a.flv`, `ws://${http}/live/a.flv`, `rtmp://${rtmp}/live/a`].map(
    async (url, index) => {
      const file = join(directory, `${index}.flv`);
      const output = catchOutput();
      t.equal(
        await runCli(['play', url, '-o', file, '--duration', '2'], output),
        0,
        `${url} ${output.err()}`,
      );
      t.ok(statSync(file).size > 50_000, `${url}: ${statSync(file).size} bytes`);
    },
  );
  const probing = catchOutput();
  t.equal(await runCli(['probe', `http://${http}/live/a.flv`, '--duration', '2', '--json'], probing), 0);
  t.match(JSON.parse(probing.out()), { url: `http://${http}/live/a.flv` });
  await Promise.all(played);
  t.equal(await published, 0, publishing.err());
});

t.test('an IPv6 host without brackets is refused with what to write', async (t) => {
  for (const url of ['rtmp://::1/live/a', 'http://::1:8080/live/a.flv']) {
    const output = catchOutput();
    t.equal(await runCli(['play', url, '-o', '-'], output), 2, url);
    t.match(output.err(), /is no media address|not an RTMP URL/);
  }
});
