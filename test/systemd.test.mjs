import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { hasProgram } from '../scripts/test/programs.mjs';
import { filesUnder, read, root } from './sources.mjs';

const file = 'packaging/systemd/longhaul@.service';
/** `systemd-analyze security` counts 0 (nothing is exposed) to 10; the bar is 2.0. */
const worstExposure = 20; // tenths

/** Lines `KEY=VALUE` of the unit, comments left out; a key may come more than once. */
const settings = read(file)
  .split('\n')
  .filter((line) => /^\w+=/.test(line))
  .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
const value = (key) => settings.find(([name]) => name === key)?.[1];

t.test('the unit is judged by systemd itself', async (t) => {
  if (!hasProgram('systemd-analyze')) return t.skip('missing program: systemd-analyze');
  const judge = (...args) => {
    const path = join(root, file);
    return spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', ...args, path], {
      encoding: 'utf8',
    });
  };
  const { status, stdout, stderr } = judge(`--threshold=${worstExposure}`);
  if (/unrecognized option|Unknown option/i.test(stderr))
    return t.skip('systemd-analyze is too old for --offline');
  t.match(stdout, /Overall exposure level for longhaul@.*: [0-2]\.\d/);
  t.equal(status, 0, `exposure of at most ${worstExposure / 10}`);
  t.notMatch(stderr, /Unknown key|Failed to parse/i, 'every setting is known');
  t.not(judge('--threshold=5').status, 0, 'the judge can say no');
});

t.test('the sandbox is whole', async (t) => {
  for (const [key, wanted] of Object.entries({
    User: 'longhaul',
    NoNewPrivileges: 'yes',
    CapabilityBoundingSet: '',
    ProtectSystem: 'strict',
    StateDirectory: 'longhaul/%i',
    RestrictAddressFamilies: 'AF_INET AF_INET6 AF_UNIX',
    SystemCallFilter: '@system-service',
  }))
    t.equal(value(key), wanted, key);
  t.ok(value('MemoryMax'), 'MemoryMax');
  t.ok(value('TasksMax'), 'TasksMax');
  t.equal(value('MemoryDenyWriteExecute'), undefined, 'V8 has to write code that it runs');
  t.match(
    filesUnder('packaging/systemd', (name) => name.endsWith('.sysusers.conf'))
      .map(read)
      .join(''),
    /^u longhaul /m,
    'the user is declared',
  );
});

t.test('the unit leaves a relay the time and the sockets that its defaults ask for', async (t) => {
  const { loadConfig } = await import('../packages/relay/dist/src/index.js');
  const { drainMs, rtmp, http } = loadConfig({ flags: { 'relay.id': 'edge' } });
  t.ok(
    Number.parseInt(value('TimeoutStopSec'), 10) * 1000 > drainMs,
    'TimeoutStopSec is longer than drainMs',
  );
  t.ok(Number(value('LimitNOFILE')) > rtmp.maxConnections + http.maxConnections, 'LimitNOFILE');
  t.equal(value('ExecReload'), `/bin/sh -c 'kill -HUP \${MAINPID}'`);
  t.equal(value('RestartPreventExitStatus'), '2', 'a config that breaks a rule is not tried again');
});
