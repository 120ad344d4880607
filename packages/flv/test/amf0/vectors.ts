/** AMF0 values and their bytes. */
import {
  AmfEcmaArray,
  AmfTypedObject,
  AmfUnsupported,
  type AmfValue,
  AmfXmlDocument,
  amfObject,
} from '../../src/index.js';

export interface Vector {
  readonly name: string;
  readonly value: AmfValue;
  /** Hexadecimal. */
  readonly bytes: string;
}

export const VECTORS: readonly Vector[] = [
  { name: 'number', value: 3.5, bytes: '00400c000000000000' },
  { name: 'negative zero', value: -0, bytes: '008000000000000000' },
  { name: 'true', value: true, bytes: '0101' },
  { name: 'false', value: false, bytes: '0100' },
  { name: 'string', value: 'live', bytes: '0200046c697665' },
  { name: 'empty string', value: '', bytes: '020000' },
  { name: 'string of two-byte characters', value: 'ä', bytes: '020002c3a4' },
  { name: 'string with a byte order mark', value: '\ufeffa', bytes: '020004efbbbf61' },
  { name: 'empty object', value: amfObject({}), bytes: '03000009' },
  {
    name: 'object',
    value: amfObject({ app: 'live', fpad: false }),
    bytes: '0300036170700200046c69766500046670616401' + '00' + '000009',
  },
  {
    name: 'property named __proto__',
    value: new Map([['__proto__', 1]]),
    bytes: '0300095f5f70726f746f5f5f003ff0000000000000000009',
  },
  { name: 'property with an empty name', value: new Map([['', true]]), bytes: '0300000101000009' },
  { name: 'null', value: null, bytes: '05' },
  { name: 'undefined', value: undefined, bytes: '06' },
  {
    name: 'ECMA array',
    value: new AmfEcmaArray(new Map([['width', 16]])),
    bytes: '0800000001000577696474680040300000000000000000' + '09',
  },
  { name: 'strict array', value: [1, 'a', null], bytes: '0a00000003003ff0000000000000020001610' + '5' },
  { name: 'empty strict array', value: [], bytes: '0a00000000' },
  { name: 'date', value: new Date(1_000), bytes: '0b408f4000000000000000' },
  { name: 'long string', value: 'x'.repeat(65_536), bytes: `0c00010000${'78'.repeat(65_536)}` },
  { name: 'unsupported', value: new AmfUnsupported(), bytes: '0d' },
  { name: 'XML document', value: new AmfXmlDocument('<a/>'), bytes: '0f000000043c612f3e' },
  {
    name: 'typed object',
    value: new AmfTypedObject('C', amfObject({ x: null })),
    bytes: '100001430001' + '7805000009',
  },
  {
    name: 'arrays in objects in arrays',
    value: [amfObject({ list: [true] })],
    bytes: '0a000000010300046c6973740a000000010101000009',
  },
];

export function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}
