import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { fingerprint, listFiles, Stamp } from '../scripts/bootstrap/fingerprint.mjs';
import { bury, readOwner, withLock } from '../scripts/bootstrap/lock.mjs';
import { SetupError } from '../scripts/bootstrap/step.mjs';
import { root } from './sources.mjs';

const directory = mkdtempSync(join(tmpdir(), 'longhaul-bootstrap-'));
t.teardown(() => rmSync(directory, { recursive: true, force: true }));

t.test('a fingerprint follows names and contents and nothing else', async (t) => {
  const place = join(directory, 'sources');
  mkdirSync(join(place, 'dist'), { recursive: true });
  mkdirSync(join(place, '.hidden'));
  const of = () => fingerprint(listFiles(place, (name) => name.endsWith('.ts')));
  writeFileSync(join(place, 'a.ts'), '1');
  const first = of();
  writeFileSync(join(place, 'a.ts'), '1');
  writeFileSync(join(place, 'note.txt'), 'x');
  writeFileSync(join(place, 'dist/a.ts'), 'x');
  writeFileSync(join(place, '.hidden/a.ts'), 'x');
  t.equal(of(), first, 'another time, other files');
  appendFileSync(join(place, 'a.ts'), '2');
  t.not(of(), first, 'another content');
  writeFileSync(join(place, 'a.ts'), '1');
  writeFileSync(join(place, 'b.ts'), '');
  t.not(of(), first, 'another file');
  t.not(fingerprint([], ['a']), fingerprint([], ['b']), 'another salt');
});

t.test('a stamp holds what was written', async (t) => {
  const stamp = new Stamp('x', join(directory, 'deep/x.stamp'));
  t.notOk(stamp.holds('1'));
  stamp.write('1');
  t.ok(stamp.holds('1'));
  t.notOk(stamp.holds('2'));
});

/** Takes the lock of the checkout in a process of its own, for `ms`, and notes when it has it. */
function locker(name, ms, end = '') {
  const script = `
    import { appendFileSync } from 'node:fs';
    import { withLock } from ${JSON.stringify(join(root, 'scripts/bootstrap/lock.mjs'))};
    const note = (word) => appendFileSync(${JSON.stringify(join(directory, 'log'))}, word + ' ${name}\\n');
    await withLock(async () => {
      note('in');
      await new Promise((resolve) => setTimeout(resolve, ${ms}));
      note('out');
      ${end}
    });`;
  return once(spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' }), 'close');
}

t.test('builders take turns, also after one that was killed', async (t) => {
  const names = ['a', 'b', 'c', 'd'];
  const ends = await Promise.all(
    names.map((name) => locker(name, 40, name === 'b' ? 'process.kill(process.pid, "SIGKILL");' : '')),
  );
  t.equal(ends.filter(([code]) => code === 0).length, 3, 'all but the killed one went through');
  const notes = readFileSync(join(directory, 'log'), 'utf8').trim().split('\n');
  t.equal(notes.length, 8);
  for (let index = 0; index < notes.length; index += 2) {
    const name = notes[index].replace('in ', '');
    t.equal(notes[index + 1], `out ${name}`, `nobody came in while ${name} was`);
  }
});

t.test('a lock that another has taken since it was looked at goes back to it', async (t) => {
  const { pid: dead } = spawnSync(process.execPath, ['-e', '0']);
  await withLock(async () => {
    bury(dead);
    t.equal(readOwner(), process.pid, 'still held');
    bury(process.pid);
    t.equal(readOwner(), undefined, 'while the one that was looked at goes');
  });
});

t.test('an unknown command is one line', async (t) => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/bootstrap.mjs'), 'nonsense'], {
    encoding: 'utf8',
  });
  t.equal(status, 1);
  t.match(stderr, /^longhaul: usage: .*start\|test.*\n$/);
  t.ok(new SetupError('x') instanceof Error);
});
