/** Chunk streams in bytes: what they say, and what is refused. */
import type { RtmpMessage } from '../../../src/rtmp/message/message.js';

/** Hexadecimal with a word for runs: `aa*3` is three bytes aa. */
export function bytes(...parts: readonly string[]): Uint8Array {
  const expand = (part: string) => {
    const [hex = '', count] = part.split('*');
    return hex.repeat(Number(count ?? 1));
  };
  return new Uint8Array(Buffer.from(parts.map(expand).join(''), 'hex'));
}

export function payload(hexByte: string, count: number): Uint8Array {
  return bytes(`${hexByte}*${count}`);
}

/** Wire bytes and the messages they are. */
export const VECTORS: readonly { name: string; wire: Uint8Array; messages: readonly RtmpMessage[] }[] = [
  {
    name: 'format 0, one chunk',
    wire: bytes('04', '0003e8', '000003', '08', '01000000', 'aa*3'),
    messages: [{ type: 8, streamId: 1, timestamp: 1000, payload: payload('aa', 3) }],
  },
  {
    // RTMP 1.0 §5.3.2.1
    name: 'the specification example of audio: formats 0, 2, 3, 3',
    wire: bytes(
      ...['03', '0003e8', '000020', '08', '39300000', '01*32'],
      ...['83', '000014', '02*32'],
      ...['c3', '03*32'],
      ...['c3', '04*32'],
    ),
    messages: [1000, 1020, 1040, 1060].map((timestamp, index) => ({
      type: 8,
      streamId: 12345,
      timestamp,
      payload: payload(`0${index + 1}`, 32),
    })),
  },
  {
    // RTMP 1.0 §5.3.2.2
    name: 'the specification example of a long video message',
    wire: bytes('04', '0003e8', '000133', '09', '3a300000', '01*128', 'c4', '02*128', 'c4', '03*51'),
    messages: [
      {
        type: 9,
        streamId: 12346,
        timestamp: 1000,
        payload: bytes('01*128', '02*128', '03*51'),
      },
    ],
  },
  {
    name: 'format 1 keeps the stream id',
    wire: bytes('04', '00000a', '000001', '08', '05000000', 'aa', '44', '000005', '000002', '09', 'bbbb'),
    messages: [
      { type: 8, streamId: 5, timestamp: 10, payload: payload('aa', 1) },
      { type: 9, streamId: 5, timestamp: 15, payload: payload('bb', 2) },
    ],
  },
  {
    name: 'format 3 after format 0 adds its timestamp again',
    wire: bytes('04', '000064', '000001', '08', '01000000', 'aa', 'c4', 'bb'),
    messages: [
      { type: 8, streamId: 1, timestamp: 100, payload: payload('aa', 1) },
      { type: 8, streamId: 1, timestamp: 200, payload: payload('bb', 1) },
    ],
  },
  {
    name: 'a chunk stream that begins with format 1, as librtmp does',
    wire: bytes('44', '000005', '000001', '08', 'aa'),
    messages: [{ type: 8, streamId: 0, timestamp: 5, payload: payload('aa', 1) }],
  },
  {
    name: 'an empty message',
    wire: bytes('04', '000001', '000000', '08', '01000000', '84', '000001'),
    messages: [1, 2].map((timestamp) => ({ type: 8, streamId: 1, timestamp, payload: new Uint8Array(0) })),
  },
  {
    name: 'two- and three-byte basic headers',
    wire: bytes(
      '00ff',
      '000001',
      '000001',
      '08',
      '01000000',
      'aa',
      '010001',
      '000001',
      '000001',
      '09',
      '01000000',
      'bb',
    ),
    messages: [
      { type: 8, streamId: 1, timestamp: 1, payload: payload('aa', 1) },
      { type: 9, streamId: 1, timestamp: 1, payload: payload('bb', 1) },
    ],
  },
  {
    name: 'interleaved chunk streams, in order of their last byte',
    wire: bytes(
      ...['04', '000001', '000082', '08', '01000000', 'aa*128'],
      ...['06', '000002', '000001', '09', '01000000', 'bb'],
      ...['c4', 'aa*2'],
    ),
    messages: [
      { type: 9, streamId: 1, timestamp: 2, payload: payload('bb', 1) },
      { type: 8, streamId: 1, timestamp: 1, payload: payload('aa', 130) },
    ],
  },
  {
    name: 'extended timestamp, repeated in format 3',
    wire: bytes('06', 'ffffff', '000082', '09', '01000000', 'fffffff0', 'aa*128', 'c6', 'fffffff0', 'bb*2'),
    messages: [{ type: 9, streamId: 1, timestamp: 0xfffffff0, payload: bytes('aa*128', 'bb*2') }],
  },
  {
    name: 'extended timestamp, left out in format 3',
    wire: bytes(
      '06',
      'ffffff',
      '000082',
      '09',
      '01000000',
      'fffffff0',
      'aa*128',
      'c6',
      'bb*2',
      '04',
      '000001',
      '000001',
      '08',
      '01000000',
      'cc',
    ),
    messages: [
      { type: 9, streamId: 1, timestamp: 0xfffffff0, payload: bytes('aa*128', 'bb*2') },
      { type: 8, streamId: 1, timestamp: 1, payload: payload('cc', 1) },
    ],
  },
  {
    name: 'extended timestamp left out before a payload that begins like it',
    wire: bytes('06', 'ffffff', '000084', '09', '01000000', 'fffffff0', 'aa*128', 'c6', 'fffffff1'),
    messages: [{ type: 9, streamId: 1, timestamp: 0xfffffff0, payload: bytes('aa*128', 'fffffff1') }],
  },
  {
    name: 'extended delta that wraps 32 bits, then the same again in format 3',
    wire: bytes(
      '06',
      'ffffff',
      '000001',
      '09',
      '01000000',
      'ffffffff',
      'aa',
      '86',
      'ffffff',
      '01000000',
      'bb',
      'c6',
      '01000000',
      'cc',
    ),
    messages: [
      { type: 9, streamId: 1, timestamp: 0xffffffff, payload: payload('aa', 1) },
      { type: 9, streamId: 1, timestamp: 0x00ffffff, payload: payload('bb', 1) },
      { type: 9, streamId: 1, timestamp: 0x01ffffff, payload: payload('cc', 1) },
    ],
  },
  {
    name: 'format 3 that begins a message with another extended delta, as ffmpeg may',
    wire: bytes(
      ...['06', '000001', '000001', '09', '01000000', 'aa'],
      ...['86', 'ffffff', '01000000', 'bb'],
      ...['c6', '02000000', 'cc'],
    ),
    messages: [
      { type: 9, streamId: 1, timestamp: 1, payload: payload('aa', 1) },
      { type: 9, streamId: 1, timestamp: 0x01000001, payload: payload('bb', 1) },
      { type: 9, streamId: 1, timestamp: 0x03000001, payload: payload('cc', 1) },
    ],
  },
  {
    name: 'Set Chunk Size holds from the next chunk on',
    wire: bytes(
      ...['04', '000001', '000082', '08', '01000000', 'aa*128'],
      ...['02', '000000', '000004', '01', '00000000', '00001000'],
      ...['c4', 'aa*2'],
      ...['44', '000001', '000400', '08', 'bb*1024'],
    ),
    messages: [
      { type: 8, streamId: 1, timestamp: 1, payload: payload('aa', 130) },
      { type: 8, streamId: 1, timestamp: 2, payload: payload('bb', 1024) },
    ],
  },
  {
    name: 'Abort throws away what has come of a message, and only of that',
    wire: bytes(
      ...['04', '000001', '000082', '08', '01000000', 'aa*128'],
      ...['06', '000001', '000082', '09', '01000000', 'bb*128'],
      ...['02', '000000', '000004', '02', '00000000', '00000004'],
      ...['02', '000000', '000004', '02', '00000000', '00000004'],
      ...['02', '000000', '000004', '02', '00000000', '00000063'],
      ...['c6', 'bb*2'],
      ...['44', '000001', '000001', '08', 'cc'],
    ),
    messages: [
      { type: 9, streamId: 1, timestamp: 1, payload: payload('bb', 130) },
      { type: 8, streamId: 1, timestamp: 2, payload: payload('cc', 1) },
    ],
  },
];

/** What no peer may send, with the code of the error. */
export const VIOLATIONS: readonly { name: string; wire: Uint8Array; code: string }[] = [
  { name: 'format 2 on a new chunk stream', wire: bytes('84', '000001'), code: 'LH_RTMP_CHUNK_HEADER' },
  { name: 'format 3 on a new chunk stream', wire: bytes('c4'), code: 'LH_RTMP_CHUNK_HEADER' },
  {
    name: 'a message inside another one',
    wire: bytes(
      '04',
      '000001',
      '000082',
      '08',
      '01000000',
      'aa*128',
      '04',
      '000001',
      '000001',
      '08',
      '01000000',
    ),
    code: 'LH_RTMP_CHUNK_HEADER',
  },
  {
    name: 'audio over its limit',
    wire: bytes('04', '000001', '400001', '08', '01000000'),
    code: 'LH_RTMP_MESSAGE_TOO_LARGE',
  },
  {
    name: 'video over its limit',
    wire: bytes('04', '000001', '400001', '09', '01000000'),
    code: 'LH_RTMP_MESSAGE_TOO_LARGE',
  },
  {
    name: 'an aggregate over its limit',
    wire: bytes('04', '000001', 'ffffff', '16', '01000000'),
    code: 'LH_RTMP_MESSAGE_TOO_LARGE',
  },
  {
    name: 'a command over its limit',
    wire: bytes('04', '000001', '010001', '14', '01000000'),
    code: 'LH_RTMP_MESSAGE_TOO_LARGE',
  },
  {
    name: 'chunk size 1',
    wire: bytes('02', '000000', '000004', '01', '00000000', '00000001'),
    code: 'LH_RTMP_CHUNK_SIZE',
  },
  {
    name: 'chunk size over 1 MiB',
    wire: bytes('02', '000000', '000004', '01', '00000000', '00100001'),
    code: 'LH_RTMP_CHUNK_SIZE',
  },
  {
    name: 'Set Chunk Size cut short',
    wire: bytes('02', '000000', '000003', '01', '00000000', '000010'),
    code: 'LH_RTMP_CONTROL',
  },
  {
    name: 'Abort cut short',
    wire: bytes('02', '000000', '000000', '02', '00000000'),
    code: 'LH_RTMP_CONTROL',
  },
];
