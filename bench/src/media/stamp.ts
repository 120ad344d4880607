/**
 * What a frame says of itself: a line of hexadecimal digits, so that it passes through any remuxer untouched.
 *
 * sequence 8, capture time 14, seed 8, kind 1, presentation time 8, bytes 6, filler bytes 6, CRC-32 of these 8.
 */
import { crc32 } from 'node:zlib';
import { type FrameKind, KINDS } from '../records/index.js';

/** One frame's stamp. */
export interface FrameStamp {
  readonly sequence: number;
  /** When it was due at the source, microseconds of CLOCK_MONOTONIC. */
  readonly captureUs: number;
  /** Of the broadcast, 32 bits. */
  readonly seed: number;
  readonly kind: FrameKind;
  readonly ptsMs: number;
  /** Payload of the FLV tag as it was sent. */
  readonly bytes: number;
  /** How many bytes of pattern follow. */
  readonly fillBytes: number;
}

/** Length of every stamp. */
export const STAMP_BYTES = 59;

/** The text of a stamp. */
export function encode(stamp: FrameStamp): Buffer {
  const { sequence, captureUs, seed, kind, ptsMs, bytes, fillBytes } = stamp;
  const head = [
    hex(sequence, 8),
    hex(captureUs, 14),
    hex(seed >>> 0, 8),
    hex(KINDS.indexOf(kind), 1),
    hex(ptsMs, 8),
    hex(bytes, 6),
    hex(fillBytes, 6),
  ].join('');
  return Buffer.from(head + hex(crc32(head), 8), 'latin1');
}

/** The stamp at the start of `bytes`; undefined when there is none or a digit of it has changed. */
export function decode(bytes: Buffer): FrameStamp | undefined {
  if (bytes.length < STAMP_BYTES) return undefined;
  const text = bytes.toString('latin1', 0, STAMP_BYTES);
  const head = text.slice(0, -8);
  if (!/^[0-9a-f]{59}$/.test(text) || hex(crc32(head), 8) !== text.slice(-8)) return undefined;
  const number = (at: number, digits: number) => Number.parseInt(head.slice(at, at + digits), 16);
  const kind = KINDS[number(30, 1)];
  if (kind === undefined) return undefined;
  return {
    sequence: number(0, 8),
    captureUs: number(8, 14),
    seed: number(22, 8),
    kind,
    ptsMs: number(31, 8),
    bytes: number(39, 6),
    fillBytes: number(45, 6),
  };
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
