import { WireError } from './errors.js';
import * as Varint from './varint.js';

/**
 * Bytes that came and are not decoded yet. Inputs: `push`. Outputs: `readVarint`, `take`, `skip`.
 * A reader that finds too little rewinds to where it stood, so a message is decoded whole or not at all.
 * Holds references to the pushed buffers and copies only what a caller takes across two of them.
 */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  #chunk = 0;
  #offset = 0;
  #length = 0;
  #markedOffset = 0;
  /** Bytes read since the mark. */
  #sinceMark = 0;

  /** Bytes not read yet. */
  get length(): number {
    return this.#length;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  /** Remembers the position for `rewind` and lets go of the buffers before it. */
  mark(): void {
    if (this.#chunk > 0) {
      this.#chunks.splice(0, this.#chunk);
      this.#chunk = 0;
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
