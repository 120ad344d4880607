/**
 * Frames of the multiplexer: a type, whole numbers (`varint.ts`), for some a payload whose length is the last number.
 * Streams are numbered as in RFC 9000 §2.1: bit 0 is set for the acceptor's, bit 1 for unidirectional ones; a number
 * opens all lower ones of its kind. The carrier keeps order, so there are no offsets.
 */
import * as Varint from './varint.js';

/** What a frame says. Bytes of streams do not take this way: see `FrameHandlers.handleData`. */
export type Frame =
  | { readonly type: 'settings'; readonly settings: Settings }
  /** `sizeBytes` of the stream have left: those that did not come count against the windows all the same. */
  | { readonly type: 'reset'; readonly stream: number; readonly code: number; readonly sizeBytes: number }
  /** The stream ends after `sizeBytes`, which have left by the plane. */
  | { readonly type: 'end'; readonly stream: number; readonly sizeBytes: number }
  | { readonly type: 'stop'; readonly stream: number; readonly code: number }
  /** All of the stream has come, its end too. */
  | { readonly type: 'received'; readonly stream: number }
  | { readonly type: 'stream-window'; readonly stream: number; readonly limit: number }
  | { readonly type: 'window'; readonly limit: number }
  | { readonly type: 'max-uni'; readonly limit: number }
  | { readonly type: 'max-bidi'; readonly limit: number }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'pong'; readonly id: number }
  | { readonly type: 'datagram'; readonly bytes: Buffer }
  | { readonly type: 'close'; readonly code: number; readonly reason: string }
  /** The sender gives the connection up: the peer broke a rule (`protocol`) or is not who may come (`identity`). */
  | { readonly type: 'abort'; readonly why: AbortReason; readonly reason: string };

/** Why an end gave the connection up. */
export type AbortReason = 'protocol' | 'identity';

/** The first frame each way. */
export interface Settings {
  readonly version: number;
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
  readonly maxUni: number;
  readonly maxBidi: number;
  /** Largest datagram taken; 0: none. */
  readonly maxDatagramBytes: number;
}

/** The one version there is. */
export const VERSION = 1;

/** Bytes of UTF-8 of a reason. */
export const MAX_REASON_BYTES = 256;

/** Numbers of the types. Those with two fields stand before their stream's bytes. */
export const TYPE = {
  settings: 1,
  data: 2,
  /** As `data`, and the stream ends with it. */
  dataEnd: 3,
  reset: 4,
  stop: 5,
  received: 6,
  streamWindow: 7,
  window: 8,
  maxUni: 9,
  maxBidi: 10,
  ping: 11,
  pong: 12,
  datagram: 13,
  close: 14,
  abort: 15,
  end: 16,
} as const;

/** How many numbers follow each type, by type. */
export const FIELDS: readonly number[] = [0, 6, 2, 2, 3, 2, 1, 2, 1, 1, 1, 1, 1, 1, 2, 2, 2];

/** Most bytes in front of a payload, and of a frame without one. */
export const MAX_HEAD_BYTES = 1 + 6 * Varint.MAX_BYTES;

/** Bytes in front of the payload of a data frame. */
export function dataHeadSize(stream: number, length: number): number {
  return 1 + Varint.size(stream) + Varint.size(length);
}

/** Writes a frame of numbers at `at` and returns where it ends; there are `MAX_HEAD_BYTES` of room. */
export function encodeHead(into: Buffer, at: number, type: number, fields: readonly number[]): number {
  let end = into.writeUInt8(type, at);
  for (const field of fields) end = Varint.encode(into, end, field);
  return end;
}

/** A settings frame. */
export function encodeSettings(settings: Settings): Buffer {
  const into = Buffer.alloc(MAX_HEAD_BYTES);
  const { version, streamWindowBytes, connectionWindowBytes, maxUni, maxBidi, maxDatagramBytes } = settings;
  const fields = [version, streamWindowBytes, connectionWindowBytes, maxUni, maxBidi, maxDatagramBytes];
  return into.subarray(0, encodeHead(into, 0, TYPE.settings, fields));
}

/** A close frame; `reason` fits. */
export function encodeClose(code: number, reason: string): Buffer {
  return encodeWords(TYPE.close, code, reason);
}

/** An abort frame; `reason` is cut where it does not fit. */
export function encodeAbort(why: AbortReason, reason: string): Buffer {
  return encodeWords(TYPE.abort, ABORT_REASONS.indexOf(why), cutReason(reason));
}

/** A datagram frame. */
export function encodeDatagram(bytes: Uint8Array): Buffer {
  const into = Buffer.allocUnsafe(1 + Varint.size(bytes.byteLength) + bytes.byteLength);
  into.set(bytes, encodeHead(into, 0, TYPE.datagram, [bytes.byteLength]));
  return into;
}

/** `text` cut to `MAX_REASON_BYTES` of UTF-8, at a character. */
export function cutReason(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.byteLength <= MAX_REASON_BYTES) return text;
  let end = MAX_REASON_BYTES;
  // Continuation bytes are 10xxxxxx (RFC 3629 §3).
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** By number on the wire; an unknown number is a breach of protocol. */
export const ABORT_REASONS: readonly AbortReason[] = ['protocol', 'identity'];

function encodeWords(type: number, code: number, reason: string): Buffer {
  const words = Buffer.from(reason);
  const head = Buffer.alloc(MAX_HEAD_BYTES);
  const end = encodeHead(head, 0, type, [code, words.byteLength]);
  return Buffer.concat([head.subarray(0, end), words]);
}
