/**
 * H.264 whose headers are true and whose pictures are filler: parsers split it, classify it and remux it as they do a
 * real encode; a decoder shows nothing. ITU-T H.264 (08/2021).
 */
import { BitWriter, withoutStartCodes } from './bit-writer.js';
import { STAMP_BYTES } from './stamp.js';

/** What a slice header tells of its picture. */
export interface Picture {
  readonly kind: 'key' | 'delta' | 'discardable';
  /** True for a picture that is shown before one that is decoded earlier. */
  readonly bidirectional: boolean;
  /** Reference pictures since the key frame. */
  readonly frameNumber: number;
  /** Place in the order of showing since the key frame. */
  readonly shown: number;
}

/** AVCDecoderConfigurationRecord, ISO/IEC 14496-15 §5.3.3.1, with 4-byte NAL lengths. */
export function configuration(width: number, height: number): Buffer {
  const [sps, pps] = [sequenceParameters(width, height), pictureParameters()];
  const [, profile = 0, compatibility = 0, level = 0] = sps;
  return Buffer.concat([
    Buffer.from([1, profile, compatibility, level, 0xff, 0xe1, 0, sps.length]),
    sps,
    Buffer.from([1, 0, pps.length]),
    pps,
  ]);
}

/** The access unit: an SEI message with the stamp, then one slice whose data is `fill`. With 4-byte lengths. */
export function accessUnit(picture: Picture, stamp: Buffer, fill: Buffer): Buffer {
  const slice = sliceHeader(picture);
  const seiBytes = SEI_BYTES + STAMP_BYTES;
  const unit = Buffer.allocUnsafe(4 + seiBytes + 4 + slice.length + fill.length);
  let at = unit.writeUInt32BE(seiBytes, 0);
  // §7.3.2.3.1: payload type 5, its size, the UUID; rbsp_trailing_bits behind.
  unit.set([NAL_SEI, USER_DATA_UNREGISTERED, UUID.length + STAMP_BYTES], at);
  at += 3 + UUID.copy(unit, at + 3);
  at += stamp.copy(unit, at);
  at = unit.writeUInt8(0x80, at);
  at = unit.writeUInt32BE(slice.length + fill.length, at);
  unit.set(slice, at);
  fill.copy(unit, at + slice.length);
  return unit;
}

/** Bytes of `accessUnit` besides the filler. */
export function overhead(picture: Picture): number {
  return 4 + SEI_BYTES + STAMP_BYTES + 4 + sliceHeader(picture).length;
}

/** The stamp's text and the slice's bytes in an access unit, wherever a remuxer has put them; undefined when either is not there. */
export function find(unit: Buffer): { readonly stamp: Buffer; readonly slice: Buffer } | undefined {
  let [stamp, slice]: (Buffer | undefined)[] = [];
  for (const nal of nalUnits(unit)) {
    if (isStamp(nal)) stamp = nal.subarray(3 + UUID.length);
    else if (isSlice(nal)) slice = nal;
  }
  return stamp === undefined || slice === undefined ? undefined : { stamp, slice };
}

/** The coded slices of an access unit. */
export function slices(unit: Buffer): Buffer[] {
  return [...nalUnits(unit)].filter(isSlice);
}

/** NAL units with 4-byte lengths; one that is cut short is the last. */
function* nalUnits(unit: Buffer): Generator<Buffer> {
  for (let at = 0; at + 4 < unit.length; ) {
    const length = unit.readUInt32BE(at);
    yield unit.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
}

function isSlice(nal: Buffer): boolean {
  const type = (nal[0] ?? 0) & 0x1f;
  return type === 1 || type === 5;
}

function isStamp(nal: Buffer): boolean {
  if (((nal[0] ?? 0) & 0x1f) !== NAL_SEI || nal[1] !== USER_DATA_UNREGISTERED) return false;
  return UUID.equals(nal.subarray(3, 3 + UUID.length));
}

/** §7.3.2.1.1: Main profile, so that B slices are allowed. */
function sequenceParameters(width: number, height: number): Uint8Array {
  const [columns, lines] = [Math.ceil(width / 16), Math.ceil(height / 16)];
  const bits = new BitWriter().bits(8, 77).bits(8, 0).bits(8, 40);
  bits
    .ue(0)
    .ue(FRAME_NUMBER_BITS - 4)
    .ue(0)
    .ue(ORDER_BITS - 4);
  // Reference frames; no gaps in frame_num; size; frames only; direct_8x8_inference.
  bits
    .ue(2)
    .bits(1, 0)
    .ue(columns - 1)
    .ue(lines - 1)
    .bits(1, 1)
    .bits(1, 1);
  const cut = (lines * 16 - height) / 2;
  if (cut > 0) bits.bits(1, 1).ue(0).ue(0).ue(0).ue(cut);
  else bits.bits(1, 0);
  bits.bits(1, 0);
  return Buffer.concat([Buffer.of(0x67), withoutStartCodes(bits.trailed())]);
}

/** §7.3.2.2: CAVLC, one slice group, nothing optional. */
function pictureParameters(): Uint8Array {
  const bits = new BitWriter().ue(0).ue(0).bits(1, 0).bits(1, 0).ue(0).ue(0).ue(0).bits(1, 0).bits(2, 0);
  bits.se(0).se(0).se(0).bits(1, 0).bits(1, 0).bits(1, 0);
  return Buffer.concat([Buffer.of(0x68), withoutStartCodes(bits.trailed())]);
}

/** NAL header and §7.3.3. */
function sliceHeader({ kind, bidirectional, frameNumber, shown }: Picture): Uint8Array {
  const isKey = kind === 'key';
  const bits = new BitWriter()
    .ue(0)
    .ue(isKey ? 7 : bidirectional ? 6 : 5)
    .ue(0);
  bits.bits(FRAME_NUMBER_BITS, frameNumber);
  if (isKey) bits.ue(0);
  bits.bits(ORDER_BITS, 2 * shown);
  // direct_spatial_mv_pred; num_ref_idx_active_override and the flags of list modification.
  if (bidirectional && !isKey) bits.bits(1, 1).bits(3, 0);
  else if (!isKey) bits.bits(2, 0);
  // dec_ref_pic_marking
  if (isKey) bits.bits(2, 0);
  else if (kind === 'delta') bits.bits(1, 0);
  bits.se(0);
  // §7.4.1: nal_ref_idc is 0 exactly when nothing refers to the picture.
  const header = isKey ? 0x65 : kind === 'delta' ? 0x41 : 0x01;
  return Buffer.concat([Buffer.of(header), withoutStartCodes(bits.filled())]);
}

const NAL_SEI = 6;
const USER_DATA_UNREGISTERED = 5;
const UUID = Buffer.from('6c6f6e676861756c2d62656e63682e31', 'hex');
/** NAL header, type, size, UUID, trailing bits. */
const SEI_BYTES = 3 + UUID.length + 1;
const FRAME_NUMBER_BITS = 8;
const ORDER_BITS = 10;
