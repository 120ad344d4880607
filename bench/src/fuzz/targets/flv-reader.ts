/** `FlvReader` over files and live responses. What it reads is written again and must read the same. */
import { encodeFlvHeader, encodeTag, FlvReader, type FlvTag } from '@longhaul/flv';
import type { Random } from '@longhaul/testkit';
import { concat } from '../mutate.js';
import { cut, pieces } from '../pieces.js';
import { Broken, expectedCode, type FuzzTarget } from '../target.js';

const HEADER = encodeFlvHeader({ audio: true, video: true });

/** See the head of the file. The first byte of an input says how it is cut. */
export const target: FuzzTarget = {
  name: 'flv-reader',
  seeds: [file(3, 40), file(9, 300), cut(0, HEADER)],
  cases: [
    {
      name: 'a tag of 16 MiB that does not come',
      input: cut(0, HEADER, Uint8Array.of(9, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0)),
    },
    { name: 'a header of 4 GiB', input: cut(0, Uint8Array.of(0x46, 0x4c, 0x56, 1, 5, 255, 255, 255, 255)) },
    {
      name: 'a header of 64 KiB, byte by byte',
      input: cut(1, Uint8Array.of(0x46, 0x4c, 0x56, 1, 5, 0, 1, 0, 0), new Uint8Array(65_531)),
    },
    {
      name: '10,000 empty tags',
      input: cut(
        0,
        HEADER,
        ...Array.from({ length: 10_000 }, () => Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11)),
      ),
    },
    {
      name: '1 MiB byte by byte',
      input: cut(1, HEADER, ...encodeTag({ type: 9, timestamp: 0, payload: new Uint8Array(60_000) })),
    },
  ],
  generate,
  run,
};

function run(input: Uint8Array): string {
  const reader = new FlvReader();
  const tags: FlvTag[] = [];
  let outcome = 'ok';
  try {
    for (const piece of pieces(input)) tags.push(...reader.push(piece));
    reader.end();
  } catch (error) {
    outcome = expectedCode(error, 'LH_FLV_');
  }
  const again = new FlvReader();
  const read = [HEADER, ...tags.flatMap((tag) => encodeTag(tag))].flatMap((part) => again.push(part));
  const same = read.length === tags.length && read.every((tag, at) => isSame(tag, tags[at] as FlvTag));
  if (!same || again.trailerMismatches > 0) throw new Broken('the tags read differently when written again');
  return outcome;
}

function isSame(a: FlvTag, b: FlvTag): boolean {
  return a.type === b.type && a.timestamp === b.timestamp && Buffer.compare(a.payload, b.payload) === 0;
}

function generate(random: Random): Uint8Array {
  const parts: Uint8Array[] = [HEADER];
  for (let count = random.integer(0, 12); count > 0; count--) {
    const tag = encodeTag({
      type: random.pick([8, 9, 18] as const),
      timestamp: random.uint32(),
      payload: random.bytes(random.integer(0, 80)),
    }).map((part) => part.slice());
    const [head] = tag as [Uint8Array];
    if (random.chance(0.1)) head[random.integer(0, 10)] = random.integer(0, 255);
    parts.push(...(random.chance(0.05) ? tag.slice(0, 2) : tag));
  }
  return cut(random.integer(0, 255), concat(...parts));
}

function file(how: number, size: number): Uint8Array {
  const tags = Array.from({ length: 8 }, (_, at) =>
    encodeTag({
      type: ([18, 9, 8, 9] as const)[at % 4] as 8 | 9 | 18,
      timestamp: 0xfffffff0 + at * 20,
      payload: Uint8Array.from({ length: size }, (_, index) => index),
    }),
  );
  return cut(how, HEADER, ...tags.flat());
}
