/** Media messages that are what they say, made without an encoder. */
import { AmfEcmaArray, encodeAmf, type MediaMessage } from '../../src/index.js';

/** avcC of a 16x16 baseline stream with 4-byte NAL lengths. */
export const AVC_HEADER = Buffer.from('17000000000142c00affe1000667420aabcdef01000468ce3c80', 'hex');

/** An H.264 video message of one slice. */
export function picture(
  timestamp: number,
  options: { key?: boolean; refIdc?: number; size?: number } = {},
): MediaMessage {
  const { key = false, refIdc = 3, size = 100 } = options;
  const payload = Buffer.alloc(9 + size, timestamp & 0xff);
  payload.set([key ? 0x17 : 0x27, 1, 0, 0, 0]);
  payload.writeUInt32BE(size, 5);
  payload[9] = (refIdc << 5) | (key ? 5 : 1);
  return { type: 9, timestamp, payload };
}

/** An AAC message. */
export function sound(timestamp: number, size = 40): MediaMessage {
  const payload = Buffer.alloc(2 + size, timestamp & 0xff);
  payload.set([0xaf, 1]);
  return { type: 8, timestamp, payload };
}

export function metadata(): MediaMessage {
  const values = [
    'onMetaData',
    new AmfEcmaArray(
      new Map([
        ['width', 16],
        ['height', 16],
      ]),
    ),
  ];
  return { type: 18, timestamp: 0, payload: encodeAmf(values) };
}

/** Init and three seconds from `start` on, with a key frame of 1.5 MB. */
export function broadcast(start = 0): MediaMessage[] {
  const messages: MediaMessage[] = [
    { ...metadata(), timestamp: start },
    { type: 9, timestamp: start, payload: AVC_HEADER },
    { type: 8, timestamp: start, payload: Uint8Array.of(0xaf, 0, 0x12, 0x10) },
  ];
  for (let at = 0; at < 3000; at += 40) {
    const key = at % 1000 === 0;
    messages.push(picture(start + at, { key, size: at === 1000 ? 1_500_000 : 500 + (at % 7) }));
    messages.push(sound(start + at + 10));
  }
  return messages;
}
