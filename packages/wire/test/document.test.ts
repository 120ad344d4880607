import { readFileSync } from 'node:fs';
import t from 'tap';
import * as Wire from '../src/index.js';

const page = readFileSync(new URL('../../../../docs/wire.md', import.meta.url), 'utf8');

/** Cells of every table row of the page. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

function hexadecimal(code: number): string {
  return `0x${code.toString(16).padStart(2, '0')}`;
}

t.test('the page lists every message with its type and limit', async (t) => {
  for (const { kind, type, maxBytes } of Object.values(Wire.CODECS)) {
    const name = kind.replace(/(^|-)(.)/g, (_, _dash, letter: string) => letter.toUpperCase());
    const row = rows.find(([first, second]) => first === hexadecimal(type) && second === name);
    t.equal(row?.[2], String(maxBytes), name);
  }
});

t.test('the page lists every code and no other', async (t) => {
  const tables = [Wire.CloseCode, Wire.StreamCode, Wire.RequestErrorCode, Wire.EndCode, Wire.GoawayReason];
  const listed = rows
    .filter(([first, second]) => first?.startsWith('0x') && /^[A-Z_]+$/.test(second ?? ''))
    .map(([first, second]) => `${first} ${second}`);
  const known = tables.flatMap((table) =>
    Object.entries(table).map(([name, code]) => `${hexadecimal(code)} ${name}`),
  );
  t.strictSame(listed, known);
});

t.test('the page states the limits', async (t) => {
  const limits: [string, string][] = [
    ['relay id', `${Wire.MAX_RELAY_ID_BYTES} bytes`],
    ['path', `${Wire.MAX_PATH_BYTES} bytes`],
    ['hops of an announcement', `${Wire.MAX_HOPS}`],
    ['versions in Hello', `${Wire.MAX_VERSIONS}`],
    ['tracks in Subscribe', `${Wire.MAX_SELECTED_TRACKS}`],
    ['texts', `${Wire.MAX_TEXT_BYTES} bytes`],
    ['stream header', `${Wire.MAX_STREAM_HEADER_BYTES} bytes`],
    ['frame', `${Wire.MAX_FRAME_BYTES} bytes`],
    ['init record', `${Wire.MAX_INIT_BYTES} bytes`],
  ];
  for (const [what, value] of limits) t.equal(rows.find(([first]) => first === what)?.[1], value, what);
  t.match(page, `at most ${Wire.MAX_UNKNOWN_MESSAGE_BYTES} bytes of body, skipped by its length`);
});

t.test('the page lists the kinds of frames and tracks', async (t) => {
  for (const [kind, code] of Object.entries({ ...Wire.FrameCode, truncated: Wire.TRUNCATED_CODE })) {
    t.ok(
      rows.some(([first, second]) => first === String(code) && second === kind),
      kind,
    );
  }
  t.match(page, '1 video, 2 audio, 3 data');
  t.strictSame(Wire.MediaCode, { video: 1, audio: 2, data: 3 });
  t.match(page, `Track stream: type ${Wire.StreamType.TRACK}`);
  t.match(page, `Group stream: type ${Wire.StreamType.GROUP}`);
});
