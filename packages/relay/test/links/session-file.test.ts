import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { temporaryDirectory } from '@longhaul/testkit';
import t, { type Test } from 'tap';
import { SessionFile } from '../../src/links/session-file.js';

/** An identity whose sessions are a text, and the log. */
function setUp(t: Test, file = join(t.testdir(), 'sessions')) {
  const state = { text: '', version: 0 };
  const lines: string[] = [];
  const open = () =>
    new SessionFile({
      file,
      identity: {
        get resumptionVersion() {
          return state.version;
        },
        exportResumption: () => Buffer.from(state.text),
        restoreResumption: (bytes) => {
          if (!Buffer.from(bytes).toString().startsWith('kept')) return false;
          state.text = Buffer.from(bytes).toString();
          return true;
        },
      },
      log: {
        info: () => {},
        warn: (fields: object, text: string) => lines.push(`${text} ${JSON.stringify(fields)}`),
      } as never,
    });
  const change = (text: string) => {
    state.text = text;
    state.version += 1;
  };
  return { file, state, lines, open, change };
}

t.test('what changes is written whole, for the owner alone, and read by the next process', async (t) => {
  const { file, state, lines, open, change } = setUp(t);
  const first = open();
  first.open();
  change('kept 1');
  first.flush();
  change('kept 2');
  first.stop();
  first.stop();
  t.equal(readFileSync(file, 'utf8'), 'kept 2');
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.same(readdirSync(dirname(file)), ['sessions'], 'nothing is left over');
  state.text = '';
  const second = open();
  second.open();
  second.stop();
  t.equal(state.text, 'kept 2');
  t.same(lines, []);
});

t.test('nothing is written while nothing changes', async (t) => {
  const { file, open, change } = setUp(t);
  const sessions = open();
  sessions.open();
  change('kept 1');
  sessions.flush();
  writeFileSync(file, 'untouched');
  sessions.flush();
  sessions.stop();
  t.equal(readFileSync(file, 'utf8'), 'untouched');
});

t.test('a file that others can read or write is not used', async (t) => {
  for (const mode of [0o640, 0o604, 0o620, 0o602]) {
    const { file, state, lines, open } = setUp(t);
    writeFileSync(file, 'kept by somebody');
    chmodSync(file, mode);
    const sessions = open();
    sessions.open();
    sessions.stop();
    t.equal(state.text, '');
    t.match(lines[0], /mode 0600/);
    t.equal(statSync(file).mode & 0o777, 0o600, 'and replaced by one that is');
  }
});

t.test('a damaged file is told of and replaced', async (t) => {
  const { file, lines, open, change } = setUp(t);
  writeFileSync(file, 'rubbish', { mode: 0o600 });
  const sessions = open();
  sessions.open();
  t.match(lines[0], /damaged or of another relay/);
  change('kept 1');
  sessions.stop();
  t.equal(readFileSync(file, 'utf8'), 'kept 1');
});

t.test('a link in the place of the file is replaced, not followed', async (t) => {
  const { file, open, change } = setUp(t);
  const elsewhere = join(dirname(file), 'elsewhere');
  writeFileSync(elsewhere, 'not ours', { mode: 0o600 });
  symlinkSync(elsewhere, file);
  const sessions = open();
  sessions.open();
  change('kept 1');
  sessions.stop();
  t.equal(readFileSync(elsewhere, 'utf8'), 'not ours');
  t.equal(readFileSync(file, 'utf8'), 'kept 1');
});

t.test('a place that cannot be written is told of once', async (t) => {
  const { file, lines, open, change } = setUp(t, join(t.testdir(), 'missing', 'sessions'));
  const sessions = open();
  sessions.open();
  change('kept 1');
  sessions.flush();
  sessions.flush();
  sessions.stop();
  t.equal(lines.length, 1);
  t.match(lines[0], /cannot keep sessions/);
  t.notOk(existsSync(file));
});

t.test('what is no file is told of once, and left as it is', async (t) => {
  const server = createServer();
  t.teardown(() => server.close());
  for (const [what, make] of [
    [/a directory/, (file: string) => mkdirSync(file)],
    [/a pipe/, (file: string) => execFileSync('mkfifo', ['-m', '600', file])],
    [/a device or a socket/, (file: string) => once(server.listen(file), 'listening')],
  ] as const) {
    const { file, lines, open, change } = setUp(t, join(await temporaryDirectory(t), 's'));
    await make(file);
    const before = lstatSync(file);
    const sessions = open();
    sessions.open();
    change('kept 1');
    sessions.stop();
    t.equal(lines.length, 1);
    t.match(lines[0], what);
    t.match(lines[0], /no sessions are kept/);
    t.match(lstatSync(file), { ino: before.ino, mode: before.mode });
    t.same(readdirSync(dirname(file)), ['s'], 'and nothing beside it');
  }
});

t.test('what a killed process has left is removed at the next start', async (t) => {
  const { file, lines, open } = setUp(t);
  const others = ['sessions.tmp', 'sessions.old', 'sessions.12.tmp.bak', 'sessions.x1.tmp', 'other.12.tmp'];
  for (const name of ['sessions.12.tmp', `sessions.${process.pid}.tmp`, ...others])
    writeFileSync(join(dirname(file), name), 'secrets', { mode: 0o600 });
  mkdirSync(`${file}.13.tmp`);
  const sessions = open();
  sessions.open();
  sessions.stop();
  t.same(readdirSync(dirname(file)).sort(), [...others, 'sessions', 'sessions.13.tmp'].sort());
  t.same(lines, []);
});
