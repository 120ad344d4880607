/** Bytes of the carrier -> frames. */
import { TransportError } from '@longhaul/transport';
import { ABORT_REASONS, FIELDS, type Frame, MAX_REASON_BYTES, TYPE } from './frame.js';
import { MAX_DATAGRAM_BYTES } from './limits.js';
import * as Varint from './varint.js';

/** Who takes the frames. */
export interface FrameHandlers {
  /** Bytes of a stream, a piece of a frame perhaps, in order; `end`: its last. A view of what the carrier brought. May be empty with `end`. */
  handleData(stream: number, bytes: Buffer, end: boolean): void;
  handleFrame(frame: Frame): void;
}

/** A data frame whose payload has not come whole. */
interface Open {
  readonly stream: number;
  readonly ends: boolean;
  left: number;
}

/**
 * Inputs: `push` with what the carrier brought. Outputs: calls of the handlers, within `push`. Holds at most the head
 * of one frame and one small payload. After an error, LH_TRANSPORT_PROTOCOL, it is not used again.
 */
export class FrameDecoder {
  readonly #handlers: FrameHandlers;
  #held: Buffer | undefined;
  #open: Open | undefined;

  constructor(handlers: FrameHandlers) {
    this.#handlers = handlers;
  }

  push(bytes: Buffer): void {
    let from = bytes;
    if (this.#held !== undefined) {
      from = Buffer.concat([this.#held, bytes]);
      this.#held = undefined;
    }
    let at = 0;
    while (at < from.length) {
      const end = this.#open === undefined ? this.#frame(from, at) : this.#piece(from, at, this.#open);
      if (end === undefined) {
        // A copy: what is held must not keep a large buffer.
        this.#held = Buffer.from(from.subarray(at));
        return;
      }
      at = end;
    }
  }

  #piece(from: Buffer, at: number, open: Open): number {
    const end = Math.min(at + open.left, from.length);
    open.left -= end - at;
    if (open.left === 0) this.#open = undefined;
    this.#handlers.handleData(open.stream, from.subarray(at, end), open.ends && open.left === 0);
    return end;
  }

  /** Where the frame at `at` ends, or its head if it is data; undefined while it is not there. */
  #frame(from: Buffer, at: number): number | undefined {
    const type = from[at] as number;
    const count = FIELDS[type];
    if (count === undefined || count === 0) throw breach(`a frame of type ${type}`);
    const fields: number[] = [];
    let end = at + 1;
    for (let index = 0; index < count; index++) {
      if (end >= from.length || end + Varint.sizeOf(from[end] as number) > from.length) return undefined;
      const value = Varint.decode(from, end);
      if (value > Varint.MAX) throw breach(`the number ${value}`);
      fields.push(value);
      end += Varint.sizeOf(from[end] as number);
    }
    const [first = 0, second = 0] = fields;
    if (type === TYPE.data || type === TYPE.dataEnd) return this.#data(type, first, second, end);
    const length = payloadLength(type, first, second);
    if (end + length > from.length) return undefined;
    this.#handlers.handleFrame(read(type, fields, from.subarray(end, end + length)));
    return end + length;
  }

  #data(type: number, stream: number, length: number, end: number): number {
    const ends = type === TYPE.dataEnd;
    if (length > 0) this.#open = { stream, ends, left: length };
    else if (ends) this.#handlers.handleData(stream, EMPTY, true);
    else throw breach(`a data frame without bytes for stream ${stream}`);
    return end;
  }
}

/** A breach of the multiplexer's rules by the peer. */
export function breach(what: string): TransportError {
  return new TransportError('LH_TRANSPORT_PROTOCOL', `the peer sent ${what}`);
}

function payloadLength(type: number, first: number, second: number): number {
  if (type === TYPE.datagram) {
    if (first > MAX_DATAGRAM_BYTES) throw breach(`a datagram of ${first} bytes`);
    return first;
  }
  if (type !== TYPE.close && type !== TYPE.abort) return 0;
  if (second > MAX_REASON_BYTES) throw breach(`a reason of ${second} bytes`);
  return second;
}

function read(type: number, fields: readonly number[], payload: Buffer): Frame {
  const [first = 0, second = 0] = fields;
  switch (type) {
    case TYPE.settings:
      return { type: 'settings', settings: settingsOf(fields) };
    case TYPE.reset:
      return { type: 'reset', stream: first, code: code(second), sizeBytes: fields[2] ?? 0 };
    case TYPE.end:
      return { type: 'end', stream: first, sizeBytes: second };
    case TYPE.stop:
      return { type: 'stop', stream: first, code: code(second) };
    case TYPE.received:
      return { type: 'received', stream: first };
    case TYPE.streamWindow:
      return { type: 'stream-window', stream: first, limit: second };
    case TYPE.window:
      return { type: 'window', limit: first };
    case TYPE.maxUni:
      return { type: 'max-uni', limit: first };
    case TYPE.maxBidi:
      return { type: 'max-bidi', limit: first };
    case TYPE.ping:
      return { type: 'ping', id: first };
    case TYPE.pong:
      return { type: 'pong', id: first };
    case TYPE.datagram:
      return { type: 'datagram', bytes: Buffer.from(payload) };
    case TYPE.close:
      return { type: 'close', code: code(first), reason: payload.toString('utf8') };
    default: {
      const why = ABORT_REASONS[first];
      if (why === undefined) throw breach(`an abort for reason ${first}`);
      return { type: 'abort', why, reason: payload.toString('utf8') };
    }
  }
}

function settingsOf(fields: readonly number[]) {
  const [version = 0, streamWindowBytes = 0, connectionWindowBytes = 0, maxUni = 0, maxBidi = 0] = fields;
  const maxDatagramBytes = fields[5] ?? 0;
  return { version, streamWindowBytes, connectionWindowBytes, maxUni, maxBidi, maxDatagramBytes };
}

/** Codes are 32 bits. */
function code(value: number): number {
  if (value > 0xffff_ffff) throw breach(`the code ${value}`);
  return value;
}

const EMPTY = Buffer.alloc(0);
