import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { temporaryDirectory } from '@longhaul/testkit';
import t from 'tap';
import * as Records from '../../src/records/index.js';

const frames = Records.fromRows([
  { sequence: 0, track: 'video', kind: 'key', ptsMs: 0, bytes: 900, captureUs: 1_000, arrivalUs: 5_000 },
  { sequence: 1, track: 'audio', kind: 'audio', ptsMs: 1, bytes: 90, captureUs: 2_000, arrivalUs: undefined },
  {
    sequence: 2,
    track: 'video',
    kind: 'discardable',
    ptsMs: 33,
    bytes: 80,
    captureUs: 34_000,
    arrivalUs: 38_000,
  },
]);

const record: Records.RunRecord = {
  version: Records.RECORD_VERSION,
  run: { profile: 'hk-fra', seed: 3, arm: 'tcp-bbr', scenario: 'live', durationS: 30 },
  link: { oneWayMs: 95, rttMs: 190 },
  settings: { algorithm: 'bbr' },
  versions: { node: process.version },
  validity: { state: 'invalid', reasons: ['the emulator was late'] },
  session: { connectStartUs: 0, endUs: 40_000, endReason: 'complete', corrupt: 0, duplicated: 0 },
  frames,
  series: [{ name: 'hop', timeUs: [1, 2], columns: { rttUs: [10, null] } }],
  cpu: { edge: 0.2 },
};

t.test('a run comes back from its file as it was', async (t) => {
  const path = join(await temporaryDirectory(t), Records.fileName(record.run));
  await Records.writeRun(path, record);
  t.ok(path.endsWith('/hk-fra.s3.tcp-bbr.live.json.gz'));
  t.same(await Records.readRun(path), record);
});

t.test('rows and columns say the same', async (t) => {
  const rows = [...Records.rows(frames)];
  t.same(rows[1], {
    sequence: 1,
    track: 'audio',
    kind: 'audio',
    ptsMs: 1,
    bytes: 90,
    captureUs: 2_000,
    arrivalUs: undefined,
  });
  t.same(Records.fromRows(rows), frames);
});

t.test('what is no record is refused with the file and the rule', async (t) => {
  const directory = await temporaryDirectory(t);
  const write = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(directory, name), bytes);
    return join(directory, name);
  };
  const packed = (value: unknown) => gzipSync(JSON.stringify(value));
  const cases: [string, Uint8Array, RegExp][] = [
    ['plain', Buffer.from('{}'), /cannot read .*plain/],
    ['cut', gzipSync('{"version":1}').subarray(0, 12), /cannot read .*cut/],
    ['null', packed(null), /version undefined/],
    ['newer', packed({ ...record, version: 2 }), /version 2, this program reads 1/],
    ['torn', packed({ version: 1, run: record.run }), /link or validity is missing/],
    [
      'uneven',
      packed({ ...record, frames: { ...frames, bytes: [1] } }),
      /columns of frames differ in length/,
    ],
    ['a list', packed([]), /version undefined/],
    ['no run', packed({ ...record, run: null }), /run, link or validity is missing/],
    ['an arm', packed({ ...record, run: { ...record.run, arm: 7 } }), /run.arm is no text/],
    ['a seed', packed({ ...record, run: { ...record.run, seed: '3' } }), /run.seed is no number/],
    [
      'no length',
      packed({ ...record, run: { ...record.run, durationS: 0 } }),
      /run.durationS is not above 0/,
    ],
    // JSON has no NaN: it is written as null.
    [
      'a link',
      packed({ ...record, link: { oneWayMs: Number.NaN, rttMs: 190 } }),
      /link.oneWayMs is no number/,
    ],
    ['validity', packed({ ...record, validity: { state: 'good' } }), /validity is neither valid nor invalid/],
    ['reasons', packed({ ...record, validity: { state: 'invalid' } }), /validity.reasons is no list/],
    [
      'no column',
      packed({ ...record, frames: { ...frames, captureUs: null } }),
      /frames.captureUs is no list/,
    ],
    [
      'holes',
      packed({ ...record, frames: { ...frames, captureUs: [1, null, 3] } }),
      /frames.captureUs holds/,
    ],
    [
      'texts',
      packed({ ...record, frames: { ...frames, arrivalUs: [1, 'x', null] } }),
      /frames.arrivalUs holds/,
    ],
    ['tracks', packed({ ...record, frames: { ...frames, track: [0, 'length', 0] } }), /frames.track holds/],
    ['kinds', packed({ ...record, frames: { ...frames, kind: [0, 1.5, 0] } }), /frames.kind holds/],
    ['session', packed({ ...record, session: { endUs: 1 } }), /session.connectStartUs is no number/],
    ['hop', packed({ ...record, hop: { startUs: 'soon' } }), /hop.startUs is no number/],
    ['no series', packed({ ...record, series: undefined }), /series is no list/],
    [
      'series',
      packed({ ...record, series: [{ name: 'hop', timeUs: [1], columns: { rttUs: [1, 2] } }] }),
      /columns of the series hop differ in length/,
    ],
    ['cpu', packed({ ...record, cpu: { edge: 'much' } }), /cpu.edge is no number/],
    ['settings', packed({ ...record, settings: null }), /settings is no object/],
    ['large', gzipSync(Buffer.alloc(Records.MOST_BYTES + 1)), /cannot read .*large/],
  ];
  for (const [name, bytes, message] of cases) {
    await t.rejects(Records.readRun(write(name, bytes)), { code: 'LH_CLI_FILE', message }, name);
  }
  await t.rejects(Records.readRun(join(directory, 'none')), { code: 'LH_CLI_FILE' });
  await t.rejects(Records.writeRun(join(directory, 'no/where'), record), { code: 'LH_CLI_FILE' });
});

t.test('sent and received frames are joined by sequence', async (t) => {
  const { arrivalUs: _, ...columns } = frames;
  const sent = { ...columns, lateUs: [1, 2, 3] };
  const only = (at: number) =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, [column[at]]]));
  const received = { ...only(2), arrivalUs: [38_000] } as unknown as Records.ReceivedColumns;
  t.same(Records.merge(sent, received), { ...columns, arrivalUs: [null, null, 38_000] });
  const foreign = { ...received, sequence: [7] };
  t.throws(() => Records.merge(sent, foreign), { message: '1 received frames were never sent' });
});
