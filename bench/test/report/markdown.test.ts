import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@longhaul/testkit';
import t from 'tap';
import * as Markdown from '../../src/report/markdown.js';
import * as Synthetic from './synthetic.js';

const PLAN = {
  profiles: ['hk-fra', 'sg-jnb'],
  arms: ['quic-bbr-live-plain', 'quic-bbr-live'],
  seeds: [1, 2, 3, 4],
};

t.test('a row for each class and arm, then for each profile and arm', async (t) => {
  const directory = await temporaryDirectory(t);
  await Synthetic.writeResults(directory, PLAN, (key) => [
    { ...key, delayMs: (at) => (key.arm === 'quic-bbr-live' || at % 10 > 0 ? 60 : 460) },
  ]);
  const text = await Markdown.tables(directory);
  const rows = text.split('\n').filter((line) => line.startsWith('| '));
  // Two tables with a head and a rule each; both links are lossy (1 %).
  t.equal(rows.length, 2 + 2 + 2 + 4);
  t.match(text, /- lossy \(1 to 10 %\): hk-fra, sg-jnb/);
  const plain = rows.find((row) => row.startsWith('| lossy | quic-bbr-live-plain |')) ?? '';
  // One frame of ten is 460 ms old where 300 are allowed; the way itself (50 ms) is taken from the percentiles.
  t.match(plain, /\| 10\.0 % \(10\.0 to 10\.0\) \| 410 ms \(410 to 410\) \| 410 ms/);
  t.match(plain, /\| 1\.000 \(1\.000 to 1\.000\) \| 25\.0 % /);
  t.match(text, /\| hk-fra \| quic-bbr-live \|.*\| 0 % \(0 to 0\) \| 10 ms \(10 to 10\) \| 10 ms/);
});

t.test('tables stand between the markers of a document, and what was there goes', async (t) => {
  const file = join(await temporaryDirectory(t), 'page.md');
  await writeFile(file, `a\n${Markdown.MARKERS.begin}\nold\n${Markdown.MARKERS.end}\nz\n`);
  await Markdown.insert(file, '| new |');
  await Markdown.insert(file, '| newer |');
  const text = await readFile(file, 'utf8');
  t.equal(text, `a\n${Markdown.MARKERS.begin}\n\n| newer |\n\n${Markdown.MARKERS.end}\nz\n`);
  await writeFile(file, 'no markers');
  await t.rejects(Markdown.insert(file, ''), { code: 'LH_CLI_FILE', message: /write the lines/ });
  await t.rejects(Markdown.insert(`${file}.none`, ''), { code: 'LH_CLI_FILE' });
});
