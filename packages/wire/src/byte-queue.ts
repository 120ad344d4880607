import { WireError } from './errors.js';
import * as Varint from './varint.js';

/**
 * Bytes that came and are not decoded yet. Inputs: `push`. Outputs: `readVarint`, `take`, `skip`.
 * A reader that finds too little rewinds to where it stood, so a message is decoded whole or not at all.
 * Holds references to the pushed buffers and copies only what a caller takes across two of them, and what comes in
 * small pieces: a buffer object costs some hundred bytes, and a peer may send byte by byte.
 */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  #chunk = 0;
  #offset = 0;
  #length = 0;
  /** The last of `#chunks` is the front of this buffer, which small pieces fill; undefined when it is none of ours. */
  #tail: Uint8Array | undefined;
  #markedOffset = 0;
  /** Bytes read since the mark. */
  #sinceMark = 0;

  /** Bytes not read yet. */
  get length(): number {
    return this.#length;
  }

  /** Buffers held, those read since the mark included. */
  get buffers(): number {
    return this.#chunks.length;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#length += bytes.length;
    const last = this.#chunks[this.#chunks.length - 1];
    // A chunk that was read to its end stays as it is: the position stands behind it.
    const isUnread = last !== undefined && this.#chunk < this.#chunks.length;
    if (isUnread && bytes.length < SMALL_BYTES && last.length < MAX_TAIL_BYTES) {
      if (this.#tail !== undefined || last.length < SMALL_BYTES) {
        this.#extend(last, bytes);
        return;
      }
    }
    this.#chunks.push(bytes);
    this.#tail = undefined;
  }

  /** Remembers the position for `rewind` and lets go of the buffers before it. */
  mark(): void {
    if (this.#chunk > 0) {
      this.#chunks.splice(0, this.#chunk);
      this.#chunk = 0;
      if (this.#chunks.length === 0) this.#tail = undefined;
    }
    this.#markedOffset = this.#offset;
    this.#sinceMark = 0;
  }

  /** Goes back to the last mark; what was pushed since stays. Only after `mark`. */
  rewind(): void {
    this.#chunk = 0;
    this.#offset = this.#markedOffset;
    this.#length += this.#sinceMark;
    this.#sinceMark = 0;
  }

  /** The next varint, or undefined when not all of it is here. Throws LH_WIRE_RANGE for 2^53 and above. */
  readVarint(): number | undefined {
    if (this.#length === 0) return undefined;
    const first = (this.#chunks[this.#chunk] as Uint8Array)[this.#offset] as number;
    const length = Varint.lengthOf(first);
    if (this.#length < length) return undefined;
    this.#advance(1);
    let value = first & 0x3f;
    for (let index = 1; index < length; index++) {
      value = value * 256 + ((this.#chunks[this.#chunk] as Uint8Array)[this.#offset] as number);
      this.#advance(1);
    }
    if (value > Varint.MAX) {
      throw new WireError('LH_WIRE_RANGE', 'varint is not below 2^53');
    }
    return value;
  }

  /** The next `count` bytes, which must be here: a view when they stand in one pushed buffer, else a copy. */
  take(count: number): Uint8Array {
    if (count > this.#length) throw new RangeError(`take ${count} of ${this.#length} bytes`);
    if (count === 0) return new Uint8Array(0);
    const chunk = this.#chunks[this.#chunk] as Uint8Array;
    if (chunk.length - this.#offset >= count) {
      const view = chunk.subarray(this.#offset, this.#offset + count);
      this.#advance(count);
      return view;
    }
    const copy = new Uint8Array(count);
    for (let filled = 0; filled < count; ) {
      const from = this.#chunks[this.#chunk] as Uint8Array;
      const part = Math.min(from.length - this.#offset, count - filled);
      copy.set(from.subarray(this.#offset, this.#offset + part), filled);
      filled += part;
      this.#advance(part);
    }
    return copy;
  }

  /** Drops up to `count` bytes and returns how many it dropped. */
  skip(count: number): number {
    const total = Math.min(count, this.#length);
    for (let left = total; left > 0; ) {
      const part = Math.min((this.#chunks[this.#chunk] as Uint8Array).length - this.#offset, left);
      left -= part;
      this.#advance(part);
    }
    return total;
  }

  /** Puts `bytes` behind `last`, the last chunk, in a buffer of ours. */
  #extend(last: Uint8Array, bytes: Uint8Array): void {
    const length = last.length + bytes.length;
    let tail = this.#tail;
    if (tail === undefined || tail.length < length) {
      tail = new Uint8Array(Math.max(4 * SMALL_BYTES, 2 * length));
      tail.set(last);
      this.#tail = tail;
    }
    tail.set(bytes, last.length);
    this.#chunks[this.#chunks.length - 1] = tail.subarray(0, length);
  }

  #advance(count: number): void {
    this.#offset += count;
    this.#length -= count;
    this.#sinceMark += count;
    if (this.#offset === (this.#chunks[this.#chunk] as Uint8Array).length) {
      this.#chunk += 1;
      this.#offset = 0;
    }
  }
}

/** Pieces below this are put together. Datagrams of a link are larger: what comes whole is never copied. */
const SMALL_BYTES = 512;
/** A buffer of small pieces is not made longer than this and one piece. */
const MAX_TAIL_BYTES = 64 * 1024;
