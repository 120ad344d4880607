import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { eventually, fixture, noLinks, processesWith } from '../fixture/links.js';

t.setTimeout(120_000);

/** One command line in a process of its own, as bin/longhaul.mjs runs it. */
function longhaul(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [fixture('command-line.js'), ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

t.test('list shows every profile in a line', async (t) => {
  const { stdout, status } = longhaul(['netem', 'list']);
  t.equal(status, 0);
  const lines = stdout.trim().split('\n');
  t.equal(lines.length, 21);
  t.match(stdout, /^hk-fra +190 ms +50 \/ 50 +1187\.5 kB \(190 ms\) +0\.5 % in bursts of 3 ms +Hong Kong/m);
  t.match(stdout, /^lte-drive-bloat +60 ms +trace 4\.6 \/ 5 +1000 packets +none/m);
  const profiles = JSON.parse(longhaul(['netem', 'list', '--json']).stdout) as unknown[];
  t.equal(profiles.length, 20);
});

t.test('show gives values, their origin and changes over time', async (t) => {
  const { stdout } = longhaul(['netem', 'show', 'hk-fra-detour']);
  t.match(stdout, /hk-fra-detour \(variant of hk-fra\)/);
  t.match(stdout, /at 18\.5 s: nothing passes for 1\.5 s\n.*at 20 s: 122 ms one way/);
  t.match(stdout, /█{18}··█/, 'darkness shows in the sketch');
  t.match(stdout, /rttMs +source +Azure/);
  t.match(stdout, /forward\.loss +derived +no citable/);
  t.match(
    longhaul(['netem', 'show', 'sg-in-mobile-policer']).stdout,
    /policer +5 Mbit\/s, bucket of 65536 bytes/,
  );
  t.match(JSON.parse(longhaul(['netem', 'show', 'hk-sv', '--json']).stdout), { name: 'hk-sv', rttMs: 152 });
});

t.test('bad input gets one line that says what to do', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'longhaul-netem-'));
  const file = join(directory, 'bad.yaml');
  writeFileSync(file, 'summary: "a link"\nrttMs: { value: 1e9, derived: "far" }\n');
  const cases: { words: string[]; message: RegExp }[] = [
    {
      words: ['show', 'hk-frra'],
      message: /^no profile named "hk-frra", did you mean hk-fra\? \(LH_NETEM_PROFILE\)\n$/,
    },
    { words: ['run', 'hk-frra', '--', 'true'], message: /^no profile named/ },
    {
      words: ['show', file],
      message: /bad\.yaml:2: rttMs\.value: must be <= 3600000, got 1000000000 \(LH_NETEM_PROFILE\)\n$/,
    },
    { words: ['show', join(directory, 'none.yaml')], message: /^cannot read .*none\.yaml: ENOENT/ },
    {
      words: ['run', 'hk-fra'],
      message: /^run what\? longhaul netem run PROFILE -- COMMAND \(LH_NETEM_USAGE\)\n$/,
    },
    {
      words: ['run', 'hk-fra', '--seed', '-1', '--', 'true'],
      message: /^seed must be a whole number from 0 to 2\^53 - 1, got -1/,
    },
    {
      words: ['run', 'hk-fra', '--duration', 'x', '--', 'true'],
      message: /^--duration must be 0 to 2000000, got NaN/,
    },
    {
      words: ['run', 'hk-fra', '--record', '/proc/nowhere/record', '--', 'true'],
      message: /^cannot write \/proc\/nowhere\/record: ENOENT/,
    },
    { words: ['up', 'hk-fra', '--name', '../x'], message: /^a name is up to 41 letters/ },
  ];
  for (const { words, message } of cases) {
    const { status, stderr, stdout } = longhaul(['netem', ...words]);
    t.equal(status, 2, words.join(' '));
    t.match(stderr, message);
    t.equal(stderr.trim().split('\n').length, 1, stderr);
    t.equal(stdout, '');
  }
});

t.test('a missing router and a refused namespace are one line each', async (t) => {
  const missing = longhaul(['netem', 'run', 'hk-fra', '--', 'true'], {
    LONGHAUL_ROUTER: '/nowhere/longhaul-router',
  });
  t.match(missing.stderr, /^\/nowhere\/longhaul-router is missing: build it with: cargo build/);
  const directory = mkdtempSync(join(tmpdir(), 'longhaul-netem-'));
  const refusing = join(directory, 'longhaul-router');
  const words = 'longhaul-router: Operation not permitted (os error 1)';
  writeFileSync(refusing, `#!/bin/sh\necho '${words}' >&2\nexit 1\n`, { mode: 0o755 });
  const refused = longhaul(['netem', 'run', 'hk-fra', '--', 'true'], { LONGHAUL_ROUTER: refusing });
  t.match(refused.stderr, /^network namespaces are not allowed here .*run as root, or allow user namespaces/);
  t.equal(refused.stderr.trim().split('\n').length, 1);
});

const options = { skip: noLinks ?? false };

t.test(
  'run gives the command its addresses, its arguments as they are, and the end its exit code',
  options,
  async (t) => {
    const script =
      'echo "$LONGHAUL_SENDER $LONGHAUL_RECEIVER $LONGHAUL_PROFILE $LONGHAUL_SEED"; echo "$1"; exit 7';
    const { status, stdout, stderr } = longhaul([
      'netem',
      'run',
      'sg-kl-edge',
      '--seed',
      '5',
      '--',
      'sh',
      '-c',
      script,
      'sh',
      '010',
    ]);
    t.equal(stdout, '10.77.0.1 10.77.0.2 sg-kl-edge 5\n010\n');
    t.equal(status, 7);
    t.match(stderr, /backend router/);
    t.match(stderr, /sh ended with exit code 7 \(LH_NETEM_PROGRAM\)\n$/);
  },
);

t.test('run ends a command after its duration, and what runs beside it', options, async (t) => {
  const mark = `LONGHAUL_TEST_MARK=run-${process.pid}-${Date.now()}`;
  const words = [
    'netem',
    'run',
    'sg-kl-edge',
    '--duration',
    '0.5',
    '--wait',
    '100',
    '--receiver',
    'sleep 1000',
    '--json',
  ];
  const [name = '', value = ''] = mark.split('=');
  const { status, stderr } = longhaul([...words, '--', 'sleep', '1000'], { [name]: value });
  t.equal(status, 0, stderr);
  const audit = JSON.parse(stderr.trim().split('\n').at(-1) ?? '{}') as { durationMs: number };
  t.ok(audit.durationMs >= 500 && audit.durationMs < 20_000, `${audit.durationMs} ms`);
  t.ok(await eventually(() => processesWith(mark).length === 0));
});

t.test('up, enter, down', options, async (t) => {
  const env = { LONGHAUL_NETEM_STATE: mkdtempSync(join(tmpdir(), 'longhaul-netem-')) };
  const up = longhaul(['netem', 'up', 'sg-kl-edge'], env);
  t.match(
    up.stdout,
    /^sg-kl-edge is up, seed 1\nsender +10\.77\.0\.1 +fd77::1 +nsenter -t \d+.* -n COMMAND\n/,
  );
  const enter = /receiver .* (nsenter .*) COMMAND/.exec(up.stdout)?.[1]?.split(' ') ?? [];
  const inside = spawnSync(
    enter[0] ?? '',
    [...enter.slice(1), 'ip', '-br', 'address', 'show', 'dev', 'eth0'],
    { encoding: 'utf8' },
  );
  t.match(inside.stdout, /10\.77\.0\.2\/32/);
  t.match(
    longhaul(['netem', 'up', 'sg-kl-edge'], env).stderr,
    /^sg-kl-edge is up already: longhaul netem down sg-kl-edge/,
  );
  t.match(longhaul(['netem', 'down', 'sg-kl-edge'], env).stdout, /^sg-kl-edge is down\n/);
  t.match(longhaul(['netem', 'down', 'sg-kl-edge'], env).stderr, /^sg-kl-edge is not up/);
});

t.test('probe says which backends work', options, async (t) => {
  const found = JSON.parse(longhaul(['netem', 'probe', '--json']).stdout) as {
    chosen: string;
    tc: { state: string; reason?: string };
  };
  t.equal(found.chosen, 'router');
  if (found.tc.state === 'unable') t.match(found.tc.reason, /netem|htb|missing program: tc/);
  const forced = longhaul(['netem', 'run', 'hk-sv', '--backend', 'tc', '--', 'true']);
  if (found.tc.state === 'unable') t.match(forced.stderr, /^the tc backend does not work here: /);
  else t.match(forced.stderr, /UNJUDGED/);
});
