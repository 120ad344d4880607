/** What a Reassembly may hold. */
export interface ReassemblyLimits {
  /** Bytes that wait for a gap before them to be filled. */
  readonly maxBytes: number;
  /** Separate pieces that wait; a hostile sender makes many small ones. */
  readonly maxPieces: number;
}

/**
 * Puts the pieces of one stream in order. Inputs: `push` with pieces as they come: out of order, repeated or
 * overlapping. Outputs: the bytes that have become contiguous, each exactly once. Where pieces overlap, the bytes that
 * came first are kept: a sender that repeats an offset with other bytes changes nothing.
 * Keeps references to the pushed buffers and copies nothing.
 */
export class Reassembly {
  readonly #limits: ReassemblyLimits;
  /** Waiting pieces by ascending offset; none overlaps another or the delivered part. */
  readonly #pieces: Piece[] = [];
  #delivered = 0;
  #bufferedBytes = 0;

  constructor(limits: ReassemblyLimits) {
    this.#limits = limits;
  }

  /** Bytes delivered so far: every byte below this offset. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Bytes that wait for a gap to be filled. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Pieces that wait for a gap to be filled. */
  get pieces(): number {
    return this.#pieces.length;
  }

  /**
   * Takes `bytes` standing at `offset` and returns what became contiguous, in order; an empty list when a gap remains.
   * Returns undefined, and keeps nothing of the piece, when holding it would exceed a limit: the stream is lost.
   */
  push(offset: number, bytes: Uint8Array): readonly Uint8Array[] | undefined {
    const known = this.#delivered - offset;
    if (known >= bytes.length) return [];
    const piece = known > 0 ? { offset: this.#delivered, bytes: bytes.subarray(known) } : { offset, bytes };
    if (piece.offset === this.#delivered && this.#pieces.length === 0) {
      this.#delivered += piece.bytes.length;
      return [piece.bytes];
    }
    const at = this.#firstEndingAfter(piece.offset);
    const { parts, last } = this.#partsMissing(piece, at);
    if (piece.offset > this.#delivered && this.#exceedsLimits(parts)) return undefined;
    this.#merge(parts, at, last);
    return this.#drain();
  }

  /** Index of the first waiting piece that ends after `offset`. */
  #firstEndingAfter(offset: number): number {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (endOf(this.#pieces[middle] as Piece) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The parts of `piece` that no waiting piece from `at` on covers, and the index after the last one it touches. */
  #partsMissing(piece: Piece, at: number): { parts: Piece[]; last: number } {
    const parts: Piece[] = [];
    const end = endOf(piece);
    let offset = piece.offset;
    let last = at;
    for (; last < this.#pieces.length; last++) {
      const waiting = this.#pieces[last] as Piece;
      if (waiting.offset >= end) break;
      if (waiting.offset > offset) parts.push(slice(piece, offset, waiting.offset));
      offset = endOf(waiting);
    }
    if (offset < end) parts.push(slice(piece, offset, end));
    return { parts, last };
  }

  #exceedsLimits(parts: readonly Piece[]): boolean {
    let bytes = this.#bufferedBytes;
    for (const part of parts) bytes += part.bytes.length;
    return bytes > this.#limits.maxBytes || this.#pieces.length + parts.length > this.#limits.maxPieces;
  }

  #merge(parts: readonly Piece[], at: number, last: number): void {
    const touched = this.#pieces.slice(at, last);
    const merged = [...touched, ...parts].sort((a, b) => a.offset - b.offset);
    this.#pieces.splice(at, touched.length, ...merged);
    for (const part of parts) this.#bufferedBytes += part.bytes.length;
  }

  #drain(): readonly Uint8Array[] {
    const ready: Uint8Array[] = [];
    for (const piece of this.#pieces) {
      if (piece.offset !== this.#delivered) break;
      ready.push(piece.bytes);
      this.#delivered += piece.bytes.length;
      this.#bufferedBytes -= piece.bytes.length;
    }
    this.#pieces.splice(0, ready.length);
    return ready;
  }
}

/** A piece of a stream at its place. */
interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

function endOf(piece: Piece): number {
  return piece.offset + piece.bytes.length;
}

function slice(piece: Piece, from: number, to: number): Piece {
  return { offset: from, bytes: piece.bytes.subarray(from - piece.offset, to - piece.offset) };
}
