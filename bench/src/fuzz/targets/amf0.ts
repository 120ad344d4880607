/** `decodeAmf`: commands and metadata. What it decodes is encoded, decoded and encoded again: both bytes are the same. */
import {
  AmfEcmaArray,
  AmfTypedObject,
  AmfUnsupported,
  type AmfValue,
  AmfXmlDocument,
  amfObject,
  decodeAmf,
  encodeAmf,
} from '@longhaul/flv';
import type { Random } from '@longhaul/testkit';
import { concat, hex } from '../mutate.js';
import * as Rtmp from '../rtmp-writer.js';
import { Broken, expectedCode, type FuzzTarget } from '../target.js';

const SAMPLES: readonly AmfValue[][] = [
  ['connect', 1, amfObject({ app: 'live', fourCcList: ['avc1', 'Opus'], capsEx: 3, fpad: false })],
  [
    'onMetaData',
    new AmfEcmaArray(
      new Map<string, AmfValue>([
        ['width', 16],
        ['encoder', 'ä\ufeff'],
      ]),
    ),
  ],
  [null, undefined, true, -0, [amfObject({ list: [[], [null]] })], new Date(1e12)],
  [
    new AmfTypedObject('C', amfObject({ x: new AmfUnsupported() })),
    new AmfXmlDocument('<a/>'),
    'x'.repeat(70_00),
  ],
];

/** See the head of the file. */
export const target: FuzzTarget = {
  name: 'amf0-decode',
  seeds: SAMPLES.map((values) => encodeAmf(values)),
  cases: [
    { name: 'arrays 70,000 deep in 350 KB', input: Rtmp.nestedArrays(70_000) },
    { name: 'objects 70,000 deep', input: repeated('0300017a', 70_000) },
    { name: 'typed objects 50,000 deep', input: repeated('100001430001' + '78', 50_000) },
    { name: 'arrays 33 deep', input: Rtmp.nestedArrays(33) },
    { name: 'an array of 2^32-1 that ends', input: hex('0affffffff05') },
    { name: 'an array of 2^32-1 nulls', input: concat(hex('0affffffff'), new Uint8Array(65_536).fill(5)) },
    { name: 'a string of 4 GiB', input: hex('0cffffffff41') },
    { name: '65,536 nulls', input: new Uint8Array(65_536).fill(5) },
    { name: 'a date that is none', input: hex('0b7ff80000000000000000') },
    { name: 'a property called __proto__', input: hex('0300095f5f70726f746f5f5f0a00000000000009') },
    { name: 'half characters', input: hex('020006c3ffeda080f0') },
    { name: 'invalid characters that grow', input: concat(hex('02fff0'), new Uint8Array(0xfff0).fill(0xff)) },
    {
      name: 'a property name of 64 KiB that grows',
      input: concat(hex('03ffff'), new Uint8Array(0xffff).fill(0xff), hex('05000009')),
    },
  ],
  generate: (random) => concat(...Array.from({ length: random.integer(1, 4) }, () => value(random, 0))),
  run,
};

function run(input: Uint8Array): string {
  let values: AmfValue[];
  try {
    values = decodeAmf(input);
  } catch (error) {
    return expectedCode(error, 'LH_FLV_AMF_');
  }
  const first = encoded(values);
  if (first === undefined) return 'ok';
  let second: Uint8Array | undefined;
  try {
    second = encoded(decodeAmf(first));
  } catch (error) {
    // A replaced half character takes three bytes: what just fitted may not fit again.
    if (expectedCode(error, 'LH_FLV_AMF_') === 'LH_FLV_AMF_LIMIT') return 'ok';
    throw error;
  }
  if (second === undefined || Buffer.compare(first, second) !== 0)
    throw new Broken('the values encode differently');
  return 'ok';
}

/** Undefined when a name grew over what a name can be, by replaced characters. */
function encoded(values: readonly AmfValue[]): Uint8Array | undefined {
  try {
    return encodeAmf(values);
  } catch (error) {
    if (error instanceof RangeError && error.message.startsWith('an AMF0 name')) return undefined;
    throw error;
  }
}

/** AMF0 that mostly is, with counts and lengths that are not always true. */
function value(random: Random, depth: number): Uint8Array {
  const lie = random.chance(0.03);
  const inner = () => (depth > 40 ? Uint8Array.of(5) : value(random, random.chance(0.3) ? depth : depth + 1));
  const text = () => {
    const length = random.integer(0, 12);
    return concat(Uint8Array.of(lie ? 255 : 0, length), random.bytes(length));
  };
  const list = () => Array.from({ length: random.integer(0, 3) }, () => concat(text(), inner()));
  const marker = lie
    ? random.integer(0, 0x14)
    : random.pick([0, 1, 2, 3, 5, 6, 8, 0x0a, 0x0a, 0x0b, 0x0c, 0x0d, 0x0f, 0x10]);
  const head = Uint8Array.of(marker);
  switch (marker) {
    case 0x00:
      return concat(head, random.bytes(8));
    case 0x01:
      return concat(head, random.bytes(1));
    case 0x02:
      return concat(head, text());
    case 0x03:
      return concat(head, ...list(), hex('000009'));
    case 0x08:
      return concat(head, random.bytes(4), ...list(), hex('000009'));
    case 0x0a: {
      const count = random.integer(0, 3);
      const items = Array.from({ length: count }, inner);
      return concat(head, Rtmp.uint32(lie ? random.uint32() : count), ...items);
    }
    case 0x0b:
      return concat(head, random.bytes(10));
    case 0x0c:
    case 0x0f:
      return concat(head, hex('0000'), text());
    case 0x10:
      return concat(head, text(), ...list(), hex('000009'));
    default:
      return head;
  }
}

function repeated(digits: string, times: number): Uint8Array {
  return hex(digits.repeat(times));
}
