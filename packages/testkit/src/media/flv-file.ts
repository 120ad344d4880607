import type { Message } from './payload.js';

/** An FLV file of `messages` (FLV 10.1 §E.2 to §E.4.1), written without the code under test. */
export function flvFile(messages: readonly Message[]): Uint8Array {
  const audio = messages.some((message) => message.type === 8);
  const video = messages.some((message) => message.type === 9);
  const header = Buffer.from([
    0x46,
    0x4c,
    0x56,
    1,
    (audio ? 4 : 0) | (video ? 1 : 0),
    0,
    0,
    0,
    9,
    0,
    0,
    0,
    0,
  ]);
  return Buffer.concat([header, ...messages.flatMap(tag)]);
}

function tag(message: Message): Uint8Array[] {
  const { payload, timestamp } = message;
  const head = Buffer.alloc(11);
  head[0] = message.type;
  head.writeUIntBE(payload.length, 1, 3);
  head.writeUIntBE(timestamp & 0xffffff, 4, 3);
  head[7] = timestamp >>> 24;
  const size = Buffer.alloc(4);
  size.writeUInt32BE(head.length + payload.length);
  return [head, payload, size];
}
