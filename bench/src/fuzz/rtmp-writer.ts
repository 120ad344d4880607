/** Writes RTMP by hand: every field of a chunk says what it is told to, true or not (RTMP 1.0 §5.3). */
import { type AmfValue, encodeAmf } from '@longhaul/flv';
import type { Random } from '@longhaul/testkit';
import { concat, join } from './mutate.js';

/** A message, and the lies about it. */
export interface WrittenMessage {
  readonly type: number;
  readonly payload: Uint8Array;
  readonly streamId?: number;
  readonly timestamp?: number;
  readonly chunkStreamId?: number;
  /** What the header says; the payload's length when absent. */
  readonly declaredBytes?: number;
  /** Format of the first header, 0 when absent. */
  readonly format?: number;
}

/** Chunks of a message of `chunkBytes` each. */
export function chunks(message: WrittenMessage, chunkBytes: number): Uint8Array[] {
  const { payload, format = 0, chunkStreamId = 3 } = message;
  const parts = [header(message, format)];
  for (let at = 0; at < payload.length; at += chunkBytes) {
    if (at > 0) parts.push(basicHeader(3, chunkStreamId));
    parts.push(payload.subarray(at, at + chunkBytes));
  }
  return parts;
}

/** Chunks of messages one after the other at the chunk size a connection begins with. */
export function message(...messages: readonly WrittenMessage[]): Uint8Array {
  return join(messages.flatMap((each) => chunks(each, INITIAL_CHUNK_BYTES)));
}

/** C0, C1 and C2 (or S0, S1, S2) of zeros: a simple handshake. */
export function handshake(): Uint8Array {
  const bytes = new Uint8Array(1 + 2 * 1536);
  bytes[0] = 3;
  return bytes;
}

/** A command message. */
export function command(
  name: string,
  transactionId: number,
  values: readonly AmfValue[],
  streamId = 0,
): WrittenMessage {
  return { type: 20, streamId, payload: encodeAmf([name, transactionId, ...values]) };
}

/** A protocol control message: one or more bytes after 32 bits. */
export function control(type: number, value: number, ...rest: readonly number[]): WrittenMessage {
  const payload = concat(uint32(value), Uint8Array.from(rest));
  return { type, payload, chunkStreamId: 2 };
}

/** User Control: an event and a number. */
export function userControl(event: number, value: number): WrittenMessage {
  return { type: 4, payload: concat(Uint8Array.of(event >> 8, event), uint32(value)), chunkStreamId: 2 };
}

/** `depth` strict arrays inside one another, five bytes each; the innermost is cut off. */
export function nestedArrays(depth: number): Uint8Array {
  const bytes = new Uint8Array(depth * 5);
  for (let at = 0; at < bytes.length; at += 5) {
    bytes[at] = 0x0a;
    bytes[at + 4] = 1;
  }
  return bytes;
}

/** Big-endian. */
export function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** A basic header of any format for a chunk stream id of 2 to 65599. */
export function basicHeader(format: number, id: number): Uint8Array {
  const top = format << 6;
  if (id < 64) return Uint8Array.of(top | id);
  return id < 320 ? Uint8Array.of(top, id - 64) : Uint8Array.of(top | 1, id - 64, (id - 64) >> 8);
}

/** What a client would say, with some of it wrong: other types, sizes, streams, orders, and chunks of several messages mixed. */
export function scramble(messages: readonly WrittenMessage[], random: Random): Uint8Array {
  const out: Uint8Array[] = [];
  let chunkBytes = INITIAL_CHUNK_BYTES;
  let mixed: Uint8Array[][] = [];
  for (const sane of messages) {
    if (random.chance(0.04)) continue;
    const each = random.chance(0.25) ? distort(sane, random) : sane;
    const times = random.chance(0.04) ? random.integer(2, 40) : 1;
    for (let index = 0; index < times; index++) mixed.push(chunks(each, chunkBytes));
    if (random.chance(0.08)) {
      const size = random.pick([1, 1, 127, 128, 129, 4096, 65_536, 1 << 20, (1 << 20) + 1, 0x7fffffff]);
      mixed.push(chunks(control(1, size), chunkBytes));
      chunkBytes = size;
    }
    if (random.chance(0.05)) mixed.push(chunks(control(2, random.integer(0, 70)), chunkBytes));
    if (random.chance(0.85)) {
      out.push(interleave(mixed, random));
      mixed = [];
    }
  }
  out.push(interleave(mixed, random));
  return join(out);
}

function distort(sane: WrittenMessage, random: Random): WrittenMessage {
  const lies: WrittenMessage[] = [
    { ...sane, type: random.pick(TYPES) },
    { ...sane, type: random.integer(0, 255) },
    { ...sane, streamId: random.pick([0, 1, 2, 3, 8, 9, 255, 0xffffffff]) },
    { ...sane, timestamp: random.pick([0xfffffe, 0xffffff, 0x1000000, 0xffffffff, 0x80000000]) },
    { ...sane, chunkStreamId: random.pick([2, 3, 4, 63, 64, 65, 319, 320, 65_599]) },
    {
      ...sane,
      declaredBytes: random.pick([0, 1, sane.payload.length + 1, 65_536, 65_537, 1 << 22, 0xffffff]),
    },
    { ...sane, format: random.integer(0, 3) },
    { ...sane, payload: sane.payload.subarray(0, random.integer(0, sane.payload.length)) },
    { ...sane, payload: concat(nestedArrays(random.integer(1, 200)), sane.payload) },
    { ...sane, type: 22, payload: aggregate(random, sane) },
  ];
  return random.pick(lies);
}

/** An aggregate of the message a few times, lengths mostly true. */
function aggregate(random: Random, { type, payload }: WrittenMessage): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let count = random.integer(0, 6); count > 0; count--) {
    const length = random.chance(0.9) ? payload.length : random.integer(0, 0xffffff);
    const head = new Uint8Array(11);
    head.set([random.chance(0.7) ? type : random.pick(TYPES), length >> 16, length >> 8, length]);
    parts.push(head, payload, uint32(11 + length));
  }
  return concat(...parts);
}

/** Chunks of several messages, each in its order, in turns. */
function interleave(messages: readonly Uint8Array[][], random: Random): Uint8Array {
  const out: Uint8Array[] = [];
  const queues = messages.map((parts) => [...parts]);
  while (queues.length > 0) {
    const at = random.chance(0.8) ? 0 : random.integer(0, queues.length - 1);
    const queue = queues[at] as Uint8Array[];
    out.push(...queue.splice(0, 2)); // a header and its piece
    if (queue.length === 0) queues.splice(at, 1);
  }
  return join(out);
}

function header(message: WrittenMessage, format: number): Uint8Array {
  const { type, payload, streamId = 0, timestamp = 0, chunkStreamId = 3 } = message;
  const length = message.declaredBytes ?? payload.length;
  const time = Math.min(timestamp, 0xffffff);
  const fields = [
    Uint8Array.of(time >> 16, time >> 8, time),
    Uint8Array.of(length >> 16, length >> 8, length, type),
    uint32(streamId).reverse(),
  ].slice(0, 3 - format);
  const extended = time === 0xffffff && format < 3 ? [uint32(timestamp)] : [];
  return concat(basicHeader(format, chunkStreamId), ...fields, ...extended);
}

const INITIAL_CHUNK_BYTES = 128;
const TYPES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 18, 19, 20, 22];
