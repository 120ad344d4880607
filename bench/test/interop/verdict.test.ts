import type { FlvTag } from '@longhaul/flv';
import t from 'tap';
import { CellFailure } from '../../src/interop/cell.js';
import { insert, table } from '../../src/interop/table.js';
import { judge, type Tolerance } from '../../src/interop/verdict.js';

const picture = (timestamp: number, byte: number): FlvTag => ({
  type: 9,
  timestamp,
  payload: Uint8Array.of(0x27, 1, 0, 0, 0, byte),
});
const sound = (timestamp: number, byte: number): FlvTag => ({
  type: 8,
  timestamp,
  payload: Uint8Array.of(0xaf, 1, byte),
});
const init: readonly FlvTag[] = [
  { type: 9, timestamp: 0, payload: Uint8Array.of(0x17, 0) },
  { type: 8, timestamp: 0, payload: Uint8Array.of(0xaf, 0) },
];

/** Ten pictures and ten sounds, 40 ms apart. */
function clip(): FlvTag[] {
  const frames = Array.from({ length: 10 }, (_, at) => [picture(at * 40, at), sound(at * 40 + 5, at)]);
  return [...init, ...frames.flat()];
}

/** The clip after `change` to its pictures. */
function changed(change: (pictures: FlvTag[]) => FlvTag[]): FlvTag[] {
  const whole = clip().filter(({ payload }) => payload[1] === 1);
  return [
    ...init,
    ...change(whole.filter(({ type }) => type === 9)),
    ...whole.filter(({ type }) => type === 8),
  ];
}

t.test('what came whole and in order is counted', async (t) => {
  t.equal(judge(clip(), clip()), '10 of 10 pictures, 10 of 10 sounds');
  const later = clip().map((tag) => ({ ...tag, timestamp: tag.timestamp + 1_000 }));
  t.equal(judge(clip(), later), '10 of 10 pictures, 10 of 10 sounds', 'from another beginning');
});

const faults: readonly [string, (pictures: FlvTag[]) => FlvTag[], Tolerance | undefined, RegExp][] = [
  ['the first is missing', (all) => all.slice(1), undefined, /1 pictures at the beginning/],
  ['the last is missing', (all) => all.slice(0, -1), undefined, /1 pictures at the end/],
  [
    'more than allowed is missing at the end',
    (all) => all.slice(0, -3),
    { lostTail: 2 },
    /3 pictures at the end/,
  ],
  [
    'one in the middle is missing',
    (all) => all.filter((_, at) => at !== 4),
    undefined,
    /number 4 .* differs/,
  ],
  [
    'two have changed places',
    (all) => all.with(4, all[5] as FlvTag).with(5, all[4] as FlvTag),
    undefined,
    /number 4 .* differs/,
  ],
  [
    'one came twice',
    (all) => all.toSpliced(4, 0, all[3] as FlvTag),
    undefined,
    /11 pictures came of 10|number 4/,
  ],
  [
    'a timestamp goes back',
    (all) => all.with(4, { ...(all[4] as FlvTag), timestamp: 100 }),
    { remuxes: true },
    /goes back by 20 ms/,
  ],
  [
    'a timestamp is another',
    (all) => all.with(4, { ...(all[4] as FlvTag), timestamp: 161 }),
    undefined,
    /1 ms from its place/,
  ],
  ['nothing came', () => [], undefined, /no pictures came/],
  ['most is missing', (all) => all.slice(6), { lateStart: true }, /only 4 of 10 pictures/],
];

for (const [name, change, tolerance, message] of faults) {
  t.test(`${name}: told`, async (t) => {
    let thrown: unknown;
    try {
      judge(clip(), changed(change), tolerance);
    } catch (error) {
      thrown = error;
    }
    t.ok(thrown instanceof CellFailure);
    t.match((thrown as Error).message, message);
  });
}

t.test('a program may begin later or lose its end where that is known of it', async (t) => {
  t.equal(
    judge(
      clip(),
      changed((all) => all.slice(2)),
      { lateStart: true },
    ),
    '8 of 10 pictures, 10 of 10 sounds',
  );
  t.equal(
    judge(
      clip(),
      changed((all) => all.slice(0, -2)),
      { lostTail: 2 },
    ),
    '8 of 10 pictures, 10 of 10 sounds',
  );
});

t.test('init data comes first', async (t) => {
  t.throws(() => judge(clip(), clip().slice(2)), /no sequence header/);
});

t.test('the table goes between the marks of a document', async (t) => {
  const cell = { program: 'ffmpeg', what: 'plays', run: async () => '' } as const;
  const rows = [
    { cell, outcome: { state: 'green', detail: 'all' } },
    { cell: { ...cell, limit: 'it is late' }, outcome: { state: 'green', detail: 'some' } },
    { cell, outcome: { state: 'red', reason: 'a | b\nc' } },
  ] as const;
  const text = table(rows, new Map([['ffmpeg', '1.0']]));
  t.equal(text.split('\n').length, 5);
  t.match(text, /\| ffmpeg 1\.0 \| plays \| green \| some; it is late \|/);
  t.match(text, /\| red \| a \/ b \|/);
  const document = 'x\n<!-- matrix -->\nold\n<!-- /matrix -->\ny\n';
  t.equal(insert(document, 'new'), 'x\n<!-- matrix -->\nnew\n<!-- /matrix -->\ny\n');
  t.throws(() => insert('x', 'new'), /has no <!-- matrix -->/);
});
