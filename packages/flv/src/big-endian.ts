/** Big-endian integers in byte arrays. Callers have checked that the bytes are there; a missing byte reads as 0. */

/** 16 bits at `at`. */
export function readUint16(bytes: Uint8Array, at: number): number {
  return (byte(bytes, at) << 8) | byte(bytes, at + 1);
}

/** 24 bits at `at`. */
export function readUint24(bytes: Uint8Array, at: number): number {
  return (byte(bytes, at) << 16) | (byte(bytes, at + 1) << 8) | byte(bytes, at + 2);
}

/** 32 bits, unsigned, at `at`. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return ((byte(bytes, at) << 24) | readUint24(bytes, at + 1)) >>> 0;
}

/** 32 bits, unsigned, least significant byte first: RTMP's message stream id (RTMP 1.0 §5.3.1.2.1). */
export function readUint32LittleEndian(bytes: Uint8Array, at: number): number {
  return (
    (byte(bytes, at) |
      (byte(bytes, at + 1) << 8) |
      (byte(bytes, at + 2) << 16) |
      (byte(bytes, at + 3) << 24)) >>>
    0
  );
}

/** Writes the low 16 bits of `value`. */
export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** Writes the low 24 bits of `value`. */
export function writeUint24(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 16;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value;
}

/** Writes the low 32 bits of `value`. */
export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  writeUint24(bytes, at + 1, value);
}

/** Writes the low 32 bits of `value`, least significant byte first. */
export function writeUint32LittleEndian(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
