/** A streaming reader of FLV (FLV 10.1 Annex E). */
import { readUint32 } from '../big-endian.js';
import { FlvFormatError } from '../errors.js';
import { DEFAULT_FLV_LIMITS, type FlvLimits } from '../limits.js';
import { ReceivedBytes } from '../received-bytes.js';
import type { MediaType } from '../rtmp/message/message.js';
import { decodeFlags, FLV_HEADER_BYTES, type FlvHeader } from './header.js';
import { decodeTagHeader, type FlvTag, TAG_HEADER_BYTES, TAG_TRAILER_BYTES } from './tag.js';

type State =
  | { readonly kind: 'header' }
  | { readonly kind: 'header-rest'; remaining: number }
  | { readonly kind: 'tag-header' }
  | {
      readonly kind: 'payload';
      readonly type: MediaType;
      readonly timestamp: number;
      readonly body: ReceivedBytes;
    }
  | { readonly kind: 'trailer'; readonly tagBytes: number };

/**
 * Input: the bytes of a file or live response, split anywhere. Output: tags, each payload in a buffer of its own.
 * Does not look for the next tag after an error: a broken source is closed.
 */
export class FlvReader {
  readonly #limits: FlvLimits;
  #state: State = { kind: 'header' };
  #header: FlvHeader | undefined;
  #trailerMismatches = 0;
  /** The bytes of a fixed-size field that a push cut off. */
  #carried = EMPTY;

  constructor(options: { limits?: FlvLimits } = {}) {
    this.#limits = options.limits ?? DEFAULT_FLV_LIMITS;
  }

  /** The file's header, once read. */
  get header(): FlvHeader | undefined {
    return this.#header;
  }

  /** PreviousTagSize fields that did not fit their tag. Many writers get them wrong, so they are counted and not judged. */
  get trailerMismatches(): number {
    return this.#trailerMismatches;
  }

  /** The tags that `bytes` completes. @throws FlvFormatError `LH_FLV_*` */
  push(bytes: Uint8Array): FlvTag[] {
    const tags: FlvTag[] = [];
    let at = 0;
    while (at < bytes.length) at = this.#step(bytes, at, tags);
    return tags;
  }

  /** The source has ended. @throws FlvFormatError `LH_FLV_TRUNCATED` unless it ended between two tags (a missing last PreviousTagSize is fine) */
  end(): void {
    const { kind } = this.#state;
    if (kind === 'trailer' || (kind === 'tag-header' && this.#carried.length === 0)) return;
    throw new FlvFormatError('LH_FLV_TRUNCATED', `the FLV stream ends inside its ${kind}`);
  }

  #step(bytes: Uint8Array, at: number, tags: FlvTag[]): number {
    const state = this.#state;
    switch (state.kind) {
      case 'header':
        return this.#field(bytes, at, FLV_HEADER_BYTES, (field, start) => this.#readHeader(field, start));
      case 'header-rest':
        return this.#skip(state, bytes, at);
      case 'tag-header':
        return this.#field(bytes, at, TAG_HEADER_BYTES, (field, start) => this.#readTag(field, start, tags));
      case 'payload':
        return this.#readPayload(state, bytes, at, tags);
      case 'trailer':
        return this.#field(bytes, at, TAG_TRAILER_BYTES, (field, start) => {
          if (readUint32(field, start) !== state.tagBytes) this.#trailerMismatches++;
          this.#state = { kind: 'tag-header' };
        });
    }
  }

  /** Calls `read` once `size` bytes are together; returns the offset after those it used. */
  #field(
    bytes: Uint8Array,
    at: number,
    size: number,
    read: (field: Uint8Array, start: number) => void,
  ): number {
    const missing = size - this.#carried.length;
    if (bytes.length - at < missing) {
      this.#carried = Buffer.concat([this.#carried, bytes.subarray(at)]);
      return bytes.length;
    }
    if (missing === size) {
      read(bytes, at);
    } else {
      const field = Buffer.concat([this.#carried, bytes.subarray(at, at + missing)]);
      this.#carried = EMPTY;
      read(field, 0);
    }
    return at + missing;
  }

  #readHeader(field: Uint8Array, at: number): void {
    if (field[at] !== 0x46 || field[at + 1] !== 0x4c || field[at + 2] !== 0x56) {
      throw new FlvFormatError('LH_FLV_SIGNATURE', 'the bytes do not begin with "FLV"');
    }
    const dataOffset = readUint32(field, at + 5);
    if (field[at + 3] !== 1 || dataOffset < FLV_HEADER_BYTES || dataOffset > this.#limits.maxHeaderBytes) {
      throw new FlvFormatError(
        'LH_FLV_HEADER',
        `FLV version ${field[at + 3]} with a header of ${dataOffset} bytes; version 1 with ${FLV_HEADER_BYTES} to ${this.#limits.maxHeaderBytes} is read`,
      );
    }
    this.#header = decodeFlags(field[at + 4] as number);
    this.#state = { kind: 'header-rest', remaining: dataOffset - FLV_HEADER_BYTES + TAG_TRAILER_BYTES };
  }

  #skip(state: { remaining: number }, bytes: Uint8Array, at: number): number {
    const count = Math.min(state.remaining, bytes.length - at);
    state.remaining -= count;
    if (state.remaining === 0) this.#state = { kind: 'tag-header' };
    return at + count;
  }

  #readTag(field: Uint8Array, at: number, tags: FlvTag[]): void {
    const { typeByte, length, timestamp } = decodeTagHeader(field, at);
    if (typeByte === ENCRYPTED_AUDIO || typeByte === ENCRYPTED_VIDEO || typeByte === ENCRYPTED_DATA) {
      throw new FlvFormatError('LH_FLV_ENCRYPTED', `an encrypted FLV tag (0x${typeByte.toString(16)})`);
    }
    if (typeByte !== 8 && typeByte !== 9 && typeByte !== 18) {
      throw new FlvFormatError('LH_FLV_TAG_TYPE', `${typeByte} is no FLV tag type; 8, 9 and 18 are`);
    }
    if (length > this.#limits.maxTagBytes) {
      throw new FlvFormatError(
        'LH_FLV_TAG_TOO_LARGE',
        `an FLV tag of ${length} bytes; ${this.#limits.maxTagBytes} are allowed`,
      );
    }
    const body = new ReceivedBytes(length);
    this.#state = { kind: 'payload', type: typeByte, timestamp, body };
    if (length === 0) this.#finish(this.#state, tags);
  }

  #readPayload(
    state: Extract<State, { kind: 'payload' }>,
    bytes: Uint8Array,
    at: number,
    tags: FlvTag[],
  ): number {
    const end = Math.min(bytes.length, at + state.body.remaining);
    state.body.append(bytes, at, end);
    if (state.body.remaining === 0) this.#finish(state, tags);
    return end;
  }

  #finish({ type, timestamp, body }: Extract<State, { kind: 'payload' }>, tags: FlvTag[]): void {
    tags.push({ type, timestamp, payload: body.take() });
    this.#state = { kind: 'trailer', tagBytes: TAG_HEADER_BYTES + body.received };
  }
}

const EMPTY: Uint8Array = new Uint8Array(0);
/** Type with the Filter bit, §E.4.1. */
const ENCRYPTED_AUDIO = 0x28;
const ENCRYPTED_VIDEO = 0x29;
const ENCRYPTED_DATA = 0x32;
