/** What tests need around real processes: programs, directories, waiting. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { deferred, requireProgram, temporaryDirectory, waitFor } from '../src/index.js';

t.test('a program that is there skips nothing', async (t) => {
  t.same(requireProgram('sh'), {});
  t.same(requireProgram(), {});
});

t.test('a missing program is named with how to get it', async (t) => {
  const path = process.env.PATH;
  t.teardown(() => {
    process.env.PATH = path;
  });
  process.env.PATH = '/nowhere';
  t.same(requireProgram('ffmpeg', 'ffprobe', 'no-such-program'), {
    skip: 'missing program: ffmpeg, ffprobe, no-such-program (sudo apt-get install ffmpeg no-such-program)',
  });
  delete process.env.PATH;
  t.match(requireProgram('no-such-program').skip, /^missing program: no-such-program /);
});

t.test('a temporary directory is there during the test and gone after it', async (t) => {
  let directory = '';
  await t.test('during', async (t) => {
    directory = await temporaryDirectory(t);
    writeFileSync(join(directory, 'file'), 'text');
    t.ok(existsSync(directory));
  });
  t.notOk(existsSync(directory));
});

t.test('waitFor returns what was found, and says what did not come', async (t) => {
  let looks = 0;
  t.equal(
    await waitFor('the third look', () => (++looks === 3 ? 'here' : undefined), { everyMs: 1 }),
    'here',
  );
  t.equal(await waitFor('a promise', async () => 0), 0, 'zero is found');
  await t.rejects(
    waitFor('what never comes', () => false, { timeoutMs: 20, everyMs: 1 }),
    /^waited 20 ms in vain for: what never comes$/,
  );
});

t.test('a deferred promise settles as told', async (t) => {
  const value = deferred<number>();
  value.resolve(5);
  t.equal(await value.promise, 5);
  const nothing = deferred();
  nothing.reject(new Error('no'));
  await t.rejects(nothing.promise, /no/);
});
