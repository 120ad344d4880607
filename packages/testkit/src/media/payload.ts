/** FLV tag bodies (FLV 10.1 §E.4.2, §E.4.3) that look like AVC and AAC and say which one they are. Nothing decodes them. */

/** An RTMP message or FLV tag, as an encoder sends it. */
export interface Message {
  /** 8 audio, 9 video, 18 script data (FLV 10.1 §E.4.1). */
  readonly type: 8 | 9 | 18;
  /** Milliseconds, unsigned 32 bits: it wraps. */
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

/** A coded picture: one that others start from, one that others refer to, one that nothing refers to. */
export type PictureKind = 'key' | 'delta' | 'discardable';

/** `bytes` with everything from `from` on made of `sequence`: its four bytes, then a pattern that depends on it. */
export function fill(bytes: Uint8Array, from: number, sequence: number): Uint8Array {
  for (let index = from + 4; index < bytes.length; index++) {
    // Never 0: the pattern itself makes no start code.
    bytes[index] = 1 + (((Math.imul(sequence + 1, 0x9e3779b1) ^ Math.imul(index, 0x85ebca6b)) >>> 24) % 255);
  }
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(from, sequence);
  return bytes;
}

/** A picture in one NAL unit, `size` bytes in all (at least 14), with composition time offset `compositionMs`. */
export function avcFrame(options: {
  readonly kind: PictureKind;
  readonly sequence: number;
  readonly size: number;
  readonly compositionMs?: number;
}): Uint8Array {
  const { kind, sequence, size, compositionMs = 0 } = options;
  if (size < AVC_SEQUENCE_AT + 4)
    throw new RangeError(`${size} bytes: a picture has at least ${AVC_SEQUENCE_AT + 4}`);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  bytes[0] = kind === 'key' ? 0x17 : 0x27;
  view.setUint32(1, (1 << 24) | (compositionMs & 0xffffff));
  view.setUint32(5, size - 9);
  // ITU-T H.264 §7.3.1: nal_ref_idc in bits 5-6, type 5 is IDR, 1 is not.
  bytes[9] = { key: 0x65, delta: 0x41, discardable: 0x01 }[kind];
  return fill(bytes, AVC_SEQUENCE_AT, sequence);
}

/** AVCDecoderConfigurationRecord of a baseline 64x64 stream; `version` changes a byte of it. NAL lengths have 4 bytes. */
export function avcSequenceHeader(options: { readonly version?: number } = {}): Uint8Array {
  const sps = [0x67, 0x42, 0xc0, 0x0a, 0xd9, 0x04, 0x26, 0x84, 0x00 + (options.version ?? 0)];
  const pps = [0x68, 0xcb, 0x83, 0xcb, 0x20];
  return Uint8Array.from([
    ...[0x17, 0, 0, 0, 0],
    ...[1, 0x42, 0xc0, 0x0a, 0xff],
    ...[0xe1, 0, sps.length, ...sps],
    ...[1, 0, pps.length, ...pps],
  ]);
}

/** What an encoder sends after its last picture. Its first byte is that of a key frame; it is none. */
export function avcEndOfSequence(): Uint8Array {
  return Uint8Array.of(0x17, 2, 0, 0, 0);
}

/** A raw AAC packet of `size` bytes in all (at least 6). */
export function aacFrame(options: { readonly sequence: number; readonly size: number }): Uint8Array {
  if (options.size < AAC_SEQUENCE_AT + 4) {
    throw new RangeError(`${options.size} bytes: an audio packet has at least ${AAC_SEQUENCE_AT + 4}`);
  }
  const bytes = new Uint8Array(options.size);
  bytes.set([0xaf, 1]);
  return fill(bytes, AAC_SEQUENCE_AT, options.sequence);
}

/** AudioSpecificConfig: AAC-LC, 44,100 Hz, 2 channels. */
export function aacSequenceHeader(): Uint8Array {
  return Uint8Array.of(0xaf, 0, 0x12, 0x10);
}

/** An `onMetaData` with one number, `framerate`. */
export function metadata(options: { readonly framerate?: number } = {}): Uint8Array {
  const text = (value: string) => [0, value.length, ...Buffer.from(value)];
  const number = new Uint8Array(8);
  new DataView(number.buffer).setFloat64(0, options.framerate ?? 30);
  return Uint8Array.from([
    ...[2, ...text('onMetaData')],
    ...[8, 0, 0, 0, 1],
    ...[...text('framerate'), 0, ...number],
    ...[0, 0, 9],
  ]);
}

/** The sequence number inside a body that `avcFrame` or `aacFrame` made. */
export function sequenceOf(payload: Uint8Array): number {
  const at = (payload[0] as number) >> 4 === 10 ? AAC_SEQUENCE_AT : AVC_SEQUENCE_AT;
  return new DataView(payload.buffer, payload.byteOffset).getUint32(at);
}

const AVC_SEQUENCE_AT = 10;
const AAC_SEQUENCE_AT = 2;
