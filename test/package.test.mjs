import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import t from 'tap';
import { runtimeClosure } from '../scripts/package/closure.mjs';
import { runPackage } from '../scripts/package.mjs';
import { root } from './sources.mjs';

// Thousands of files are copied.
t.setTimeout(120_000);

const directory = mkdtempSync(join(tmpdir(), 'longhaul-package-'));
t.teardown(() => rmSync(directory, { recursive: true, force: true }));
const tree = join(directory, 'deep/tree');
const program = join(tree, 'bin/longhaul');
/** No npm and no compiler on the way: Node and what `/usr/bin/env` needs. */
const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` };

t.test('a lock file is followed as Node looks packages up', async (t) => {
  const place = join(directory, 'closure');
  const lock = {
    'node_modules/@longhaul/a': { resolved: 'packages/a', link: true },
    'packages/a': { dependencies: { '@longhaul/b': '*', near: '1' }, devDependencies: { tool: '1' } },
    'node_modules/@longhaul/b': { resolved: 'packages/b', link: true },
    'packages/b': { dependencies: { near: '2' }, optionalDependencies: { foreign: '1' } },
    'packages/b/node_modules/near': { dependencies: { '@longhaul/a': '*' } },
    'node_modules/near': {
      peerDependencies: { host: '1', plugin: '1' },
      peerDependenciesMeta: { plugin: { optional: true } },
    },
    'node_modules/host': {},
    'node_modules/tool': {},
    'node_modules/foreign': { optional: true },
  };
  for (const path of Object.keys(lock)) {
    if (path !== 'node_modules/foreign') mkdirSync(join(place, path), { recursive: true });
  }
  writeFileSync(join(place, 'package-lock.json'), JSON.stringify({ packages: lock }));
  t.same(runtimeClosure(place, '@longhaul/a'), {
    workspaces: [
      { name: '@longhaul/a', directory: 'packages/a' },
      { name: '@longhaul/b', directory: 'packages/b' },
    ],
    packages: ['node_modules/host', 'node_modules/near', 'packages/b/node_modules/near'],
  });
  rmSync(join(place, 'node_modules/host'), { recursive: true });
  t.throws(() => runtimeClosure(place, '@longhaul/a'), {
    message: /near needs host, which is not installed/,
  });
});

t.test('what a relay needs is in the tree, what builds and tests it is not', async (t) => {
  await runPackage(['--out', tree]);
  for (const path of [
    'bin/longhaul',
    'LICENSE',
    'systemd/longhaul@.service',
    'docs/operations.md',
    'docs/config.md',
  ])
    t.ok(existsSync(join(tree, path)), path);
  for (const name of ['typescript', 'tap', 'vite', 'playwright-core', '@longhaul/testkit', 'protobufjs-cli'])
    t.notOk(existsSync(join(tree, 'node_modules', name)), name);
  const { packages: lock } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const { packages } = runtimeClosure(root, '@longhaul/cli');
  t.same(
    packages.filter((place) => lock[place].dev === true),
    [],
    'nothing that the lock file calls development',
  );
  t.notOk(existsSync(join(tree, 'node_modules/@longhaul/relay/dist/test')), 'no tests');
  t.match(JSON.parse(readFileSync(join(tree, 'build.json'), 'utf8')), {
    version: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    platform: process.platform,
    arch: process.arch,
  });
  const unit = readFileSync(join(tree, 'systemd/longhaul@.service'), 'utf8');
  t.match(
    unit,
    /^ExecStart=\/opt\/longhaul\/bin\/longhaul relay /m,
    'the unit names the program as it stands in the tree',
  );
});

t.test('a directory that holds something is left alone', async (t) => {
  const full = join(directory, 'full');
  mkdirSync(full);
  writeFileSync(join(full, 'mine'), 'x');
  await t.rejects(runPackage(['--out', full]), { message: /is there and not empty/ });
  t.equal(readFileSync(join(full, 'mine'), 'utf8'), 'x');
  await t.rejects(runPackage([]), { message: /^usage: npm run package/ });
  await t.rejects(runPackage(['--into', full]), { message: /usage: npm run package/ });
});

t.test('a relay runs from the tree alone: listeners, link, page, drain', async (t) => {
  const certs = join(directory, 'certs');
  const { stdout } = await promisify(execFile)(program, ['--version'], { cwd: directory, env });
  t.match(stdout, /^\d+\.\d+\.\d+\n$/);
  await promisify(execFile)(program, ['certs', certs, '--name', 'edge'], { cwd: directory, env });
  const settings = {
    'relay.id': 'edge',
    'rtmp.listen': '127.0.0.1:0',
    'http.listen': '127.0.0.1:0',
    'admin.listen': '127.0.0.1:0',
    'link.listen': '127.0.0.1:0',
    'link.tls.certificate': join(certs, 'edge.pem'),
    'link.tls.key': join(certs, 'edge-key.pem'),
    'link.tls.authorities': join(certs, 'ca.pem'),
    'log.format': 'json',
  };
  const flags = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const relay = spawn(program, ['relay', ...flags], {
    cwd: directory,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => relay.kill('SIGKILL'));
  const lines = createInterface({ input: relay.stdout });
  const started = JSON.parse((await once(lines, 'line'))[0]);
  t.match(started, { msg: 'relay started', link: /^127\.0\.0\.1:\d+$/ });
  t.equal((await fetch(`http://${started.admin}/health`)).status, 200);
  t.match(await (await fetch(`http://${started.http}/`)).text(), /<html/i);
  relay.kill('SIGTERM');
  t.same(await once(relay, 'exit'), [0, null]);
});
