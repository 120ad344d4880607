import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import t from 'tap';
import { parse } from 'yaml';
import { centerConfig, edgeConfig } from '../../src/start/configs.js';
import { PORTS, type PortName, parseStartOptions } from '../../src/start/options.js';
import { checkPorts } from '../../src/start/ports.js';
import { describeLogLine } from '../../src/start/relay-log.js';
import { describeDrain, describeSystem } from '../../src/start/summary.js';

t.test('every port has a default and a flag', async (t) => {
  const options = await parseStartOptions([]);
  t.match(options?.ports, { edgeRtmp: 1935, rtmp: 1936, http: 8080, link: 4433 });
  for (const { name, flag } of PORTS) {
    const changed = await parseStartOptions([`--${flag}`, '40000']);
    t.equal(changed?.ports[name], 40_000, flag);
  }
});

t.test('ports that cannot be are refused', async (t) => {
  for (const argv of [
    ['--http-port', '0'],
    ['--http-port', '70000'],
    ['--http-port', 'x'],
    ['--http-port'],
    ['--prot', '1'],
    ['--http-port', '1936'],
  ]) {
    await t.rejects(parseStartOptions(argv), { code: 'LH_CLI_USAGE' }, argv.join(' '));
  }
});

t.test('the sample can be another file or none', async (t) => {
  t.match((await parseStartOptions([]))?.sample, /sample\.flv$/);
  t.equal((await parseStartOptions(['--sample', '/tmp/x.flv']))?.sample, '/tmp/x.flv');
  t.equal((await parseStartOptions(['--sample', 'none']))?.sample, undefined);
});

const ports = Object.fromEntries(PORTS.map(({ name }, at) => [name, 20_000 + at])) as Record<
  PortName,
  number
>;

t.test('the center dials the edge and names it', async (t) => {
  const from = { ports, certificateDir: '/certs', logLevel: 'warn' };
  const [edge, center] = [parse(edgeConfig(from)), parse(centerConfig(from))];
  t.equal(edge.link.listen, `127.0.0.1:${ports.link}`);
  t.strictSame(center.link.peers, [{ name: edge.relay.id, url: `quic://127.0.0.1:${ports.link}` }]);
  t.match(center.link.tls, { certificate: '/certs/center.pem', authorities: '/certs/ca.pem' });
});

t.test('a taken UDP port is told from a TCP one', async (t) => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  const link = socket.address().port;
  await t.rejects(checkPorts({ ...ports, link }), {
    code: 'LH_CLI_PORT',
    message: new RegExp(`UDP port ${link}.*--link-port`),
  });
  await t.resolves(checkPorts(ports));
});

t.test('a log line reads as words', async (t) => {
  const line = JSON.stringify({
    level: 40,
    time: 1,
    pid: 2,
    relay: 'edge',
    msg: 'buffers are small',
    wanted: 8,
    granted: { send: 4 },
  });
  t.equal(describeLogLine('edge', line), 'edge: warning: buffers are small (wanted=8 granted={"send":4})');
  t.equal(describeLogLine('edge', 'plain'), 'edge: plain');
  t.equal(describeLogLine('edge', 'null'), 'edge: null');
});

t.test('the summary has every address, the drain every count', async (t) => {
  const text = describeSystem({ ports, sample: 'x.flv', cacheDir: '/c', verbose: false });
  for (const name of ['edgeRtmp', 'rtmp', 'http', 'admin'] as const)
    t.match(text, new RegExp(String(ports[name])));
  t.match(text, /ffmpeg .*rtmp:/);
  const summary = { publishers: 1, viewers: 2, links: 0, cut: 1, elapsedMs: 12.4 };
  t.equal(
    describeDrain([
      { name: 'edge', summary },
      { name: 'center', summary: undefined },
    ]),
    'edge: drained 1 publisher, 2 viewers, 0 links in 12 ms; 1 cut off when the time was over\ncenter: ended',
  );
});
