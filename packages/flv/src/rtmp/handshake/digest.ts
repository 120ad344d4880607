/**
 * The digest ("complex") handshake that Flash clients and encoders use: a keyed hash hidden in C1/S1 and one at the
 * end of C2/S2. Adobe never published it; the layout is the one librtmp, ffmpeg and nginx-rtmp share.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Bytes of C1, C2, S1 and S2 (RTMP 1.0 §5.2.3, §5.2.4). */
export const HANDSHAKE_BYTES = 1536;
/** Bytes of a SHA-256 digest. */
export const DIGEST_BYTES = 32;

/** Which 764-byte block of C1/S1 holds the digest: scheme 0 has it after the key block, scheme 1 before. */
export type DigestScheme = 0 | 1;

/** The keys the two roles sign with: the text alone signs C1/S1, text and tail sign C2/S2. */
export interface RoleKey {
  readonly short: Uint8Array;
  readonly full: Uint8Array;
}

/** Finds the digest that `key` made in a C1 or S1; undefined when neither scheme fits. */
export function findDigest(
  packet: Uint8Array,
  key: RoleKey,
): { scheme: DigestScheme; digest: Uint8Array } | undefined {
  for (const scheme of SCHEMES) {
    const at = digestOffset(packet, scheme);
    const found = packet.subarray(at, at + DIGEST_BYTES);
    if (timingSafeEqual(found, hashAround(packet, at, key))) return { scheme, digest: found };
  }
  return undefined;
}

/** Writes the digest of `key` into a C1 or S1 whose random bytes are in place, and returns it. */
export function writeDigest(packet: Uint8Array, scheme: DigestScheme, key: RoleKey): Uint8Array {
  const at = digestOffset(packet, scheme);
  const digest = hashAround(packet, at, key);
  packet.set(digest, at);
  return digest;
}

/** Signs a C2 or S2 in place: its last 32 bytes answer the digest the peer sent. */
export function signAnswer(packet: Uint8Array, peerDigest: Uint8Array, key: RoleKey): void {
  packet.set(answerSignature(packet, peerDigest, key), HANDSHAKE_BYTES - DIGEST_BYTES);
}

/** Whether a C2 or S2 answers `ownDigest` under the peer's key. */
export function answers(packet: Uint8Array, ownDigest: Uint8Array, key: RoleKey): boolean {
  return timingSafeEqual(
    packet.subarray(HANDSHAKE_BYTES - DIGEST_BYTES),
    answerSignature(packet, ownDigest, key),
  );
}

function answerSignature(packet: Uint8Array, digest: Uint8Array, key: RoleKey): Uint8Array {
  const answerKey = hmac(key.full, digest);
  return hmac(answerKey, packet.subarray(0, HANDSHAKE_BYTES - DIGEST_BYTES));
}

/** Four bytes at the start of the digest block, summed, say where in the block the digest lies. */
function digestOffset(packet: Uint8Array, scheme: DigestScheme): number {
  const block = scheme === 0 ? SECOND_BLOCK : FIRST_BLOCK;
  let sum = 0;
  for (const byte of packet.subarray(block, block + 4)) sum += byte;
  return block + 4 + (sum % DIGEST_POSITIONS);
}

function hashAround(packet: Uint8Array, at: number, key: RoleKey): Uint8Array {
  return hmac(key.short, packet.subarray(0, at), packet.subarray(at + DIGEST_BYTES));
}

function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHmac('sha256', key);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function roleKey(text: string): RoleKey {
  const short = new TextEncoder().encode(text);
  return { short, full: Uint8Array.of(...short, ...KEY_TAIL) };
}

const SCHEMES: readonly DigestScheme[] = [0, 1];
const FIRST_BLOCK = 8; // after time and version
const BLOCK_BYTES = 764;
const SECOND_BLOCK = FIRST_BLOCK + BLOCK_BYTES;
const DIGEST_POSITIONS = BLOCK_BYTES - 4 - DIGEST_BYTES;
const KEY_TAIL = Buffer.from('f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae', 'hex');

/** Signs what a client sends. */
export const CLIENT_KEY = roleKey('Genuine Adobe Flash Player 001');
/** Signs what a server sends. */
export const SERVER_KEY = roleKey('Genuine Adobe Flash Media Server 001');
