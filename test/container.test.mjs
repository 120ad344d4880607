import t from 'tap';
import { read } from './sources.mjs';

const file = 'packaging/container/Containerfile';
const stages = read(file)
  .replace(/\\\n/g, ' ')
  .split(/^(?=FROM )/m);
const final = stages.at(-1);
const instruction = (name) => new RegExp(`^${name} (.*)$`, 'm').exec(final)?.[1];

t.test('the image runs as a plain user and takes nothing but the packaged tree', async (t) => {
  t.match(instruction('USER'), /^[1-9]\d*:[1-9]\d*$/, 'a number: orchestrators can tell that it is not root');
  t.same(final.match(/^(COPY|ADD) .*$/gm), ['COPY --from=build /longhaul /opt/longhaul']);
  t.match(instruction('ENTRYPOINT'), '["/opt/longhaul/bin/longhaul"]');
  t.ok(final.indexOf('\nUSER ') > final.indexOf('\nCOPY '), 'the tree belongs to root');
});

t.test('bases are arguments, so that it is built without a registry as well', async (t) => {
  const bases = [...read(file).matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
  t.same(bases, [`\${BASE}`, `\${BUILD_BASE}`, `\${BASE}`]);
});

t.test('ports and health are those of docs/config.md', async (t) => {
  const examples = read('docs/config.md');
  for (const [port] of instruction('EXPOSE').matchAll(/\d+/g)) t.match(examples, `:${port}`, `port ${port}`);
  t.match(instruction('HEALTHCHECK'), 'http://127.0.0.1:8081/health');
  t.match(final, /^ENV LONGHAUL_ADMIN_LISTEN=127\.0\.0\.1:8081$/m);
});

t.test('the build sees sources by name and never a key', async (t) => {
  const rules = read('.containerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  t.equal(rules[0], '*', 'what is not named stays out');
  const admitted = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1));
  for (const name of [
    'packages',
    'packaging',
    'docs',
    'scripts',
    'package-lock.json',
    'Cargo.lock',
    'LICENSE',
  ])
    t.ok(admitted.includes(name), name);
  for (const name of ['certs', '.cache', '.git']) t.notOk(admitted.includes(name), name);
  for (const rule of ['**/*.pem', '**/*.key', '**/*.node', '**/node_modules'])
    t.ok(rules.includes(rule), rule);
});
