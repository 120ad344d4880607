import { chmodSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { bootId, makeStateDirectory, markProcess, namedLinks, saveLink } from '../../src/named/state.js';

function directory(): string {
  const made = mkdtempSync(join(tmpdir(), 'longhaul-netem-'));
  process.env.LONGHAUL_NETEM_STATE = made;
  return made;
}

function link(name: string) {
  const mark = markProcess(process.pid);
  const marks = { router: mark, sender: mark, receiver: mark };
  return { name, profile: 'hk-fra', seed: 1, bootId: bootId(), ownUserNamespace: false, ...marks, ready: {} };
}

t.test('a directory that others may write to is not believed', async (t) => {
  const made = directory();
  saveLink(link('mine'));
  t.match(namedLinks(), [{ name: 'mine' }]);
  chmodSync(made, 0o777);
  const refused = { code: 'LH_NETEM_USAGE', message: /is not a directory of this user alone/ };
  t.throws(() => namedLinks(), refused);
  t.throws(() => makeStateDirectory(), refused);
});

t.test('files that are no links of this boot are removed', async (t) => {
  const made = directory();
  saveLink(link('sound'));
  const bad = {
    cut: '{"name": "cut", "boot',
    other: JSON.stringify({ ...link('other'), bootId: 'another' }),
    renamed: JSON.stringify(link('../../etc/passwd')),
    markless: JSON.stringify({ ...link('markless'), router: undefined }),
    everybody: JSON.stringify({ ...link('everybody'), sender: { pid: -1, startedTicks: '1' } }),
    nothing: 'null',
  };
  for (const [name, text] of Object.entries(bad)) writeFileSync(join(made, `${name}.link.json`), text);
  t.same(
    namedLinks().map(({ name }) => name),
    ['sound'],
  );
  t.same(readdirSync(made), ['sound.link.json']);
});

t.test('a directory that cannot be made is one line', async (t) => {
  const file = join(directory(), 'file');
  writeFileSync(file, '');
  process.env.LONGHAUL_NETEM_STATE = join(file, 'longhaul');
  t.throws(() => makeStateDirectory(), {
    code: 'LH_NETEM_USAGE',
    message: /^cannot make .*longhaul \(ENOTDIR\): name another directory/,
  });
  // mkdir of Node with `recursive` would not come back from here.
  process.env.LONGHAUL_NETEM_STATE = '/proc/nowhere/longhaul';
  t.throws(() => makeStateDirectory(), {
    code: 'LH_NETEM_USAGE',
    message: /^cannot make .*longhaul \(ENOENT\): name another directory/,
  });
});
