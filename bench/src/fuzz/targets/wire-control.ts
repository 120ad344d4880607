/** `ControlDecoder` and datagrams. A message that is decoded is encoded and decoded again: it is the same. */

import type { Random } from '@longhaul/testkit';
import {
  CODECS,
  ControlDecoder,
  type ControlMessage,
  decodeDatagram,
  encodeControl,
  type UnknownMessage,
  Varint,
} from '@longhaul/wire';
import { concat, hex } from '../mutate.js';
import { cut, pieces } from '../pieces.js';
import { Broken, expectedCode, type FuzzTarget } from '../target.js';
import { vectors } from '../vectors.js';

const VALID = vectors('control');

/** See the head of the file. The first byte of an input says how it is cut. */
export const target: FuzzTarget = {
  name: 'wire-control',
  seeds: [...VALID.map((bytes) => cut(0, bytes)), cut(5, ...VALID), cut(1, ...VALID.slice(0, 6))],
  cases: [
    { name: 'a message of 2^53-1 bytes', input: cut(0, hex('01c01fffffffffffff')) },
    {
      name: 'an unknown one of 64 KiB, byte by byte',
      input: cut(1, hex('3e80010000'), new Uint8Array(65_536)),
    },
    { name: '8,000 empty hops', input: cut(0, framed(0x10, hex('1a00'.repeat(4000)))) },
    { name: 'groups 8,000 deep', input: cut(0, framed(0x10, hex('7b'.repeat(8190)))) },
    { name: 'a field of 2 GiB', input: cut(0, framed(0x10, hex('0affffffff07aa'))) },
    { name: 'a varint without end', input: cut(0, framed(0x10, hex(`08${'ff'.repeat(200)}`))) },
    { name: '2,000 tracks', input: cut(0, framed(0x20, hex('1a00'.repeat(2000)))) },
    { name: '30,000 empty answers', input: cut(0, hex('1100'.repeat(30_000))) },
    { name: '20,000 unknown messages', input: cut(0, hex('2a00'.repeat(20_000))) },
    {
      name: 'packed versions',
      input: cut(0, framed(0x01, hex(`0ae807${'01'.repeat(1000)}120161`))),
    },
  ],
  generate,
  run,
};

function run(input: Uint8Array): string {
  const decoder = new ControlDecoder();
  let outcome = 'ok';
  try {
    for (const piece of pieces(input)) {
      for (const message of decoder.push(piece)) check(message);
    }
    decoder.finish();
  } catch (error) {
    outcome = expectedCode(error, 'LH_WIRE_');
  }
  try {
    decodeDatagram(input);
  } catch (error) {
    expectedCode(error, 'LH_WIRE_');
  }
  return outcome;
}

function check(message: ControlMessage | UnknownMessage): void {
  if (message.kind === 'unknown') return;
  const bytes = encodeControl(message);
  const [again, ...others] = new ControlDecoder().push(bytes);
  if (again === undefined || others.length > 0) throw new Broken(`${message.kind} does not survive`);
  if (JSON.stringify(again) !== JSON.stringify(message))
    throw new Broken(`${message.kind} comes back different`);
}

function framed(type: number, body: Uint8Array): Uint8Array {
  return concat(Varint.encode(type, body.length), body);
}

const TYPES = Object.values(CODECS).map(({ type }) => type);

/** Messages with protobuf bodies of any fields. */
function generate(random: Random): Uint8Array {
  const one = () => {
    const body = concat(...Array.from({ length: random.integer(0, 6) }, () => field(random, 0)));
    const type = random.chance(0.9) ? random.pick(TYPES) : random.integer(0, 100);
    const lie = random.chance(0.05) ? random.integer(-3, 3) : 0;
    return concat(Varint.encode(type, Math.max(0, body.length + lie)), body);
  };
  return cut(random.integer(0, 255), ...Array.from({ length: random.integer(1, 5) }, one));
}

function field(random: Random, depth: number): Uint8Array {
  const number = random.chance(0.9) ? random.integer(1, 6) : random.integer(0, 15);
  const wireType = random.pick([0, 0, 2, 2, 2, 1, 3, 4, 5, 6]);
  const head = Uint8Array.of((number << 3) | wireType);
  if (wireType === 0) return concat(head, random.pick(NUMBERS));
  if (wireType !== 2) return concat(head, random.bytes(random.integer(0, 8)));
  const content =
    depth < 3 && random.chance(0.3)
      ? concat(...Array.from({ length: random.integer(0, 3) }, () => field(random, depth + 1)))
      : random.pick([
          () => hex('6c6976652f612f62'),
          () => random.bytes(random.integer(0, 60)),
          () => new Uint8Array(120).fill(0x61),
        ])();
  const length = content.length + (random.chance(0.05) ? random.integer(-2, 2) : 0);
  return concat(head, Uint8Array.of(Math.max(0, length) & 0x7f), content);
}

const NUMBERS = ['00', '01', '02', 'ff01', 'ffffffff0f', 'ffffffffffffffffff01', '8080808010', '8000'].map(
  hex,
);
