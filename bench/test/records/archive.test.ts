import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { requireProgram, temporaryDirectory } from '@longhaul/testkit';
import t from 'tap';
import { ARCHIVE, packRecords, unpackRecords } from '../../src/records/archive.js';
import * as Synthetic from '../report/synthetic.js';

const plan = { profiles: ['hk-fra'], arms: ['tcp-bbr', 'quic-bbr-live'], seeds: [1, 2], durationS: 2 };
const options = requireProgram('xz');

async function results(t: Parameters<typeof temporaryDirectory>[0]): Promise<string> {
  const directory = await temporaryDirectory(t);
  await Synthetic.writeResults(directory, plan, (key) => [
    { ...key, delayMs: () => 90, invalid: ['the viewer was late by 30 ms'] },
    { ...key, delayMs: (at) => 60 + at },
  ]);
  return directory;
}

/** Every record of a directory as text, by its path. */
function contents(directory: string): Record<string, string> {
  return Object.fromEntries(
    ['runs', 'invalid'].flatMap((place) =>
      readdirSync(join(directory, place)).map((name) => [
        `${place}/${name}`,
        gunzipSync(readFileSync(join(directory, place, name))).toString(),
      ]),
    ),
  );
}

t.test('records come back from the archive as they were, with their times', options, async (t) => {
  const directory = await results(t);
  const before = contents(directory);
  const times = () =>
    Object.keys(before).map((path) => Math.floor(statSync(join(directory, path)).mtimeMs / 1000));
  const timesBefore = times();
  const packed = await packRecords(directory);
  t.equal(packed.records, 8);
  t.equal(packed.bytes, statSync(join(directory, ARCHIVE)).size);
  await t.rejects(unpackRecords(directory), {
    code: 'LH_CLI_FILE',
    message: /there are records in runs\/ already/,
  });
  for (const place of ['runs', 'invalid']) rmSync(join(directory, place), { recursive: true });
  t.equal((await unpackRecords(directory)).records, 8);
  t.same(contents(directory), before);
  t.same(times(), timesBefore);
  t.same(
    readdirSync(directory).filter((name) => name.startsWith('.')),
    [],
    'nothing half done is left',
  );
});

t.test('what is no result directory, or holds nothing, is one line', options, async (t) => {
  const directory = await temporaryDirectory(t);
  await t.rejects(packRecords(directory), { code: 'LH_CLI_FILE', message: /plan\.json/ });
  writeFileSync(join(directory, 'plan.json'), '{}');
  await t.rejects(packRecords(directory), { code: 'LH_CLI_FILE', message: /there are no records in runs\// });
  await t.rejects(unpackRecords(directory), { code: 'LH_CLI_FILE', message: /records\.tar\.xz/ });
  writeFileSync(join(directory, ARCHIVE), 'no archive');
  await t.rejects(unpackRecords(directory), { code: 'LH_CLI_FILE' });
});

t.test('a link in an archive of somebody else is not followed', options, async (t) => {
  const directory = await temporaryDirectory(t);
  const made = join(directory, 'made');
  for (const place of ['runs', 'invalid']) mkdirSync(join(made, place), { recursive: true });
  symlinkSync('/etc/hostname', join(made, 'runs', 'a.json'));
  writeFileSync(join(directory, 'plan.json'), '{}');
  spawnSync('tar', ['-cJf', join(directory, ARCHIVE), '-C', made, 'runs', 'invalid']);
  await t.rejects(unpackRecords(directory), { code: 'LH_CLI_FILE', message: /runs\/a\.json is no file/ });
  t.notOk(existsSync(join(directory, 'runs', 'a.json.gz')));
});

t.test('a directory that is a link is not followed, and nothing of the archive stays', options, async (t) => {
  const directory = await temporaryDirectory(t);
  const elsewhere = await temporaryDirectory(t);
  const made = join(directory, 'made');
  mkdirSync(join(made, 'runs'), { recursive: true });
  writeFileSync(join(made, 'runs', 'a.json'), '{}');
  writeFileSync(join(elsewhere, 'secret.json'), '{}');
  symlinkSync(elsewhere, join(made, 'invalid'));
  writeFileSync(join(directory, 'plan.json'), '{}');
  spawnSync('tar', ['-cJf', join(directory, ARCHIVE), '-C', made, 'runs', 'invalid']);
  await t.rejects(unpackRecords(directory), { code: 'LH_CLI_FILE', message: /invalid is no directory/ });
  t.notOk(existsSync(join(directory, 'runs')));
  t.notOk(existsSync(join(directory, 'invalid')));
});
