/** Bits to bytes, most significant first, with the Exp-Golomb codes of H.264 §9.1. */

/** Inputs: `bits`, `ue`, `se`. Output: `bytes`. */
export class BitWriter {
  readonly #bits: (0 | 1)[] = [];

  /** The lowest `count` bits of `value`. */
  bits(count: number, value: number): this {
    for (let at = count - 1; at >= 0; at--) this.#bits.push(((value >>> at) & 1) as 0 | 1);
    return this;
  }

  /** ue(v). */
  ue(value: number): this {
    const length = 31 - Math.clz32(value + 1);
    return this.bits(length, 0).bits(length + 1, value + 1);
  }

  /** se(v), H.264 §9.1.1. */
  se(value: number): this {
    return this.ue(value > 0 ? 2 * value - 1 : -2 * value);
  }

  /** What was written, filled up to whole bytes with `1 0 0 ...`: rbsp_trailing_bits. */
  trailed(): Uint8Array {
    return this.bits(1, 1).#bytes(0);
  }

  /** What was written, filled up to whole bytes with ones: the beginning of slice data that goes on. */
  filled(): Uint8Array {
    return this.#bytes(1);
  }

  #bytes(fill: 0 | 1): Uint8Array {
    while (this.#bits.length % 8 !== 0) this.#bits.push(fill);
    const bytes = new Uint8Array(this.#bits.length / 8);
    for (const [at, bit] of this.#bits.entries()) {
      bytes[at >> 3] = ((bytes[at >> 3] as number) << 1) | bit;
    }
    return bytes;
  }
}

/** The bytes with emulation prevention (H.264 §7.4.1). */
export function withoutStartCodes(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  let zeros = 0;
  for (const byte of bytes) {
    if (zeros === 2 && byte <= 3) {
      out.push(3);
      zeros = 0;
    }
    out.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Uint8Array.from(out);
}
