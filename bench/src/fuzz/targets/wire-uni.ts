/**
 * Unidirectional streams as a link reads them: pieces in any order through a `Reassembly`, then `UniDecoder`. The items
 * must be those of the bytes in order, whatever the order of the pieces, and encode to what decodes the same.
 */

import { Reassembly } from '@longhaul/core';
import { Random } from '@longhaul/testkit';
import {
  encodeDropped,
  encodeFrame,
  encodeGroupHeader,
  encodeInit,
  encodeTrackHeader,
  encodeTruncated,
  type FrameKind,
  UniDecoder,
  type UniItem,
  Varint,
} from '@longhaul/wire';
import { concat, hex } from '../mutate.js';
import { cut } from '../pieces.js';
import { Broken, expectedCode, type FuzzTarget } from '../target.js';
import { vectors } from '../vectors.js';

const START = { ordinal: 0, timestamp: 0 };
const VALID = [...vectors('group-stream'), ...vectors('track-stream')];

/** See the head of the file. The first byte of an input says how it is cut and mixed. */
export const target: FuzzTarget = {
  name: 'wire-uni',
  seeds: VALID.flatMap((bytes, at) => [cut(0, bytes), cut(2 + (at % 250), bytes)]),
  cases: [
    { name: 'a frame of 16 MiB that does not come', input: cut(0, group(), hex('02000080' + 'ffffff')) },
    { name: 'a frame over 16 MiB', input: cut(0, group(), hex('02000081000001')) },
    {
      name: 'an unknown record of 16 MiB',
      input: cut(0, group(), hex('21000081000000'), new Uint8Array(30_000)),
    },
    { name: 'a header of 2^53-1 bytes', input: cut(0, hex('02c01fffffffffffff')) },
    { name: '16,000 empty frames', input: cut(0, group(), hex('02000000'), hex('02000100'.repeat(16_000))) },
    { name: '16,000 unknown records', input: cut(0, group(), hex('21000000'.repeat(16_000))) },
    { name: '60,000 pieces of 1 byte', input: cut(1, group(), ...encodeFrame(frame(60_000), START)) },
    {
      name: '60,000 pieces of 1 byte, mixed',
      input: cut(255, group(), ...encodeFrame(frame(60_000), START)),
    },
  ],
  generate,
  run,
};

function run(input: Uint8Array): string {
  const bytes = input.subarray(1);
  const [inOrder, code] = decode([bytes]);
  const [mixed, mixedCode] = decode(arrive(input[0] ?? 0, bytes));
  if (code !== mixedCode) throw new Broken(`in order ${code}, mixed ${mixedCode}`);
  if (!areSame(inOrder, mixed)) throw new Broken('the items depend on how the stream is cut');
  roundTrip(inOrder);
  return code;
}

/** The stream, in the order it becomes contiguous when its pieces come as `how` says. */
function* arrive(how: number, bytes: Uint8Array): Iterable<Uint8Array> {
  const random = new Random(how);
  const chunks: { offset: number; bytes: Uint8Array }[] = [];
  const most = how % 2 === 1 ? 0 : 10;
  for (let at = 0; at < bytes.length; ) {
    const size = random.integer(1, 1 << random.integer(0, most));
    // Pieces overlap now and then: a retransmission that was cut differently.
    const back = random.chance(0.1) ? Math.min(at, random.integer(0, 20)) : 0;
    chunks.push({ offset: at - back, bytes: bytes.slice(at - back, at + size) });
    at += size;
  }
  const reach = how < 4 ? 0 : random.integer(1, 50);
  for (let at = 0; reach > 0 && at < chunks.length; at++) {
    const other = Math.min(chunks.length - 1, at + random.integer(0, reach));
    [chunks[at], chunks[other]] = [chunks[other] as (typeof chunks)[0], chunks[at] as (typeof chunks)[0]];
  }
  const reassembly = new Reassembly({ maxBytes: 1 << 20, maxPieces: 16_384 });
  for (const chunk of chunks) {
    const ready = reassembly.push(chunk.offset, chunk.bytes);
    if (ready === undefined) throw new Broken('the pieces exceed a limit');
    yield* ready;
  }
  if (reassembly.delivered !== bytes.length || reassembly.bufferedBytes + reassembly.pieces !== 0) {
    throw new Broken(`${reassembly.delivered} of ${bytes.length} bytes, ${reassembly.pieces} pieces left`);
  }
}

function decode(parts: Iterable<Uint8Array>): [UniItem[], string] {
  const decoder = new UniDecoder();
  const items: UniItem[] = [];
  let code = 'ok';
  for (const part of parts) {
    if (code !== 'ok') continue;
    try {
      // Items before the fault in the same piece are lost with it: only byte-exact cuts would keep them.
      items.push(...decoder.push(part));
    } catch (error) {
      code = expectedCode(error, 'LH_WIRE_');
    }
  }
  if (code !== 'ok') return [[], code];
  try {
    decoder.finish();
  } catch (error) {
    code = expectedCode(error, 'LH_WIRE_');
  }
  return [items, code];
}

/** Whether the items are the same, field by field. */
function areSame(one: readonly UniItem[], two: readonly UniItem[]): boolean {
  return one.length === two.length && one.every((item, at) => isSame(item, two[at] as UniItem));
}

function isSame(a: UniItem, b: UniItem): boolean {
  if (!('payload' in a)) return JSON.stringify(a) === JSON.stringify(b);
  if (!('payload' in b) || a.kind !== b.kind) return false;
  const isInit = a.kind !== 'init' || b.kind !== 'init' || a.version === b.version;
  const stands = a.ordinal === b.ordinal && a.timestamp === b.timestamp;
  return isInit && stands && Buffer.compare(a.payload, b.payload) === 0;
}

function roundTrip(items: readonly UniItem[]): void {
  const [head, ...records] = items;
  if (head === undefined) return;
  const parts: Uint8Array[] = [];
  let previous = START;
  if (head.kind === 'track-header') parts.push(encodeTrackHeader(head));
  else if (head.kind === 'group-header') {
    parts.push(encodeGroupHeader(head));
    previous = { ordinal: head.baseOrdinal, timestamp: head.baseTimestamp };
  }
  for (const record of records) {
    if (record.kind === 'init') parts.push(...encodeInit(record));
    else if (record.kind === 'truncated') parts.push(encodeTruncated());
    else if (record.kind === 'dropped') {
      parts.push(encodeDropped({ ...record, kind: record.frameKind }, previous));
      previous = record;
    } else if ('ordinal' in record) {
      parts.push(...encodeFrame(record, previous));
      previous = record;
    }
  }
  const [again, code] = decode([concat(...parts)]);
  if (code !== 'ok' || !areSame(again, items)) throw new Broken(`written again: ${code}`);
}

function generate(random: Random): Uint8Array {
  const parts: Uint8Array[] = [];
  const isTrack = random.chance(0.3);
  const fields = Array.from({ length: isTrack ? 4 : 9 }, () => number(random));
  fields[1] = random.integer(0, 4);
  fields[2] = random.pick([0, 0, 1, 255, 256]);
  const body = Varint.encode(...fields.slice(0, random.chance(0.95) ? 9 : random.integer(0, 8)));
  parts.push(Varint.encode(isTrack ? 1 : random.pick([2, 2, 2, 2, 3]), body.length), body);
  for (let count = random.integer(0, 12); count > 0; count--) {
    const payload = random.bytes(random.integer(0, 40));
    const length = random.chance(0.97) ? payload.length : number(random);
    const kind = random.pick(isTrack ? [0, 0, 0, 7] : [1, 2, 3, 4, 5, 9, 14, 14, 15]);
    const record = isTrack
      ? Varint.encode(kind, number(random), number(random), number(random), length)
      : Varint.encode(kind, number(random), random.integer(0, 3), length);
    parts.push(record, payload);
  }
  return cut(random.integer(0, 255), ...parts);
}

function number(random: Random): number {
  return random.chance(0.9)
    ? random.integer(0, 70)
    : random.pick([2 ** 32 - 1, 2 ** 32 - 2, 2 ** 32, 2 ** 53 - 1, 16_777_216]);
}

function group(): Uint8Array {
  return encodeGroupHeader({
    subscriptionId: 1,
    track: { media: 'video', index: 0 },
    epoch: 1,
    sequence: 0,
    initVersion: undefined,
    skippedFrames: 0,
    baseOrdinal: 0,
    baseTimestamp: 0,
  });
}

function frame(bytes: number): { kind: FrameKind; ordinal: number; timestamp: number; payload: Uint8Array } {
  return { kind: 'delta', ordinal: 1, timestamp: 0, payload: new Uint8Array(bytes).fill(7) };
}
