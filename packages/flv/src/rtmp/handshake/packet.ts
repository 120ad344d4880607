/** What both ends of the handshake share (RTMP 1.0 §5.2). */
import { writeUint32 } from '../../big-endian.js';
import { RtmpProtocolError } from '../../errors.js';
import { HANDSHAKE_BYTES } from './digest.js';

/** C0 and S0 of plain RTMP, §5.2.2. */
export const RTMP_VERSION = 3;

/** `simple` echoes random bytes; `digest` also signs them, which old Flash players ask of a server. */
export type HandshakeMode = 'simple' | 'digest';

/** What a handshake draws on. */
export interface HandshakeOptions {
  /** Unpredictable bytes, exactly as many as asked for. */
  readonly random: (byteCount: number) => Uint8Array;
  /** Monotonic time, ms. */
  readonly nowMs: number;
}

/** @throws RtmpProtocolError `LH_RTMP_VERSION` unless `version` is 3. 6 and 8 are the encrypted variants. */
export function checkVersion(version: number | undefined): void {
  if (version !== RTMP_VERSION) {
    throw new RtmpProtocolError(
      'LH_RTMP_VERSION',
      `RTMP version is ${version}; only ${RTMP_VERSION} is spoken`,
    );
  }
}

/** A C1 or S1, §5.2.3: time, four bytes that are 0 or a product version, random bytes. */
export function firstPacket({ random, nowMs }: HandshakeOptions, version: number): Uint8Array {
  const packet = new Uint8Array(HANDSHAKE_BYTES);
  writeUint32(packet, 0, nowMs);
  writeUint32(packet, 4, version);
  packet.set(random(HANDSHAKE_BYTES - 8), 8);
  return packet;
}

/** A simple C2 or S2, §5.2.4: the peer's time, when it was read, the peer's random bytes. */
export function echo(peerPacket: Uint8Array, nowMs: number): Uint8Array {
  const packet = new Uint8Array(peerPacket);
  writeUint32(packet, 4, nowMs);
  return packet;
}

/** Gathers the fixed number of bytes a handshake step needs. */
export class FixedBytes {
  readonly #buffer: Uint8Array;
  #filled = 0;

  constructor(length: number) {
    this.#buffer = new Uint8Array(length);
  }

  /** Takes what it needs from `bytes` at `offset`; returns the new offset. */
  fill(bytes: Uint8Array, offset: number): number {
    const end = Math.min(bytes.length, offset + this.#buffer.length - this.#filled);
    this.#buffer.set(bytes.subarray(offset, end), this.#filled);
    this.#filled += end - offset;
    return end;
  }

  /** The bytes, once they are all there. */
  get complete(): Uint8Array | undefined {
    return this.#filled === this.#buffer.length ? this.#buffer : undefined;
  }

  /** The first byte, as soon as there is one. */
  get first(): number | undefined {
    return this.#filled === 0 ? undefined : this.#buffer[0];
  }
}
