/** H.264 as FLV carries it: length-prefixed NAL units (ISO/IEC 14496-15 §5.3, ITU-T H.264 §7.3.1). */

/** Bytes of the length before each NAL unit, from an AVCDecoderConfigurationRecord; undefined when the record is cut short. */
export function nalLengthBytes(record: Uint8Array): number | undefined {
  const byte = record[4];
  return byte === undefined ? undefined : (byte & 0x03) + 1;
}

/** Whether every slice in `units` has nal_ref_idc 0, so that no other picture refers to this one. False when there is no slice or the units cannot be read. */
export function isNonReference(units: Uint8Array, lengthBytes: number): boolean {
  let slices = 0;
  for (let at = 0; at < units.length; ) {
    let length = 0;
    if (at + lengthBytes >= units.length) return false;
    for (const end = at + lengthBytes; at < end; at++) length = length * 256 + (units[at] as number);
    const header = units[at] as number;
    at += length;
    if (length === 0 || at > units.length) return false;
    const type = header & 0x1f;
    if (type < FIRST_SLICE_TYPE || type > LAST_SLICE_TYPE) continue;
    if ((header & REF_IDC_MASK) !== 0) return false;
    slices++;
  }
  return slices > 0;
}

/** nal_unit_type of coded slices, partitions and IDR slices, H.264 table 7-1. */
const FIRST_SLICE_TYPE = 1;
const LAST_SLICE_TYPE = 5;
const REF_IDC_MASK = 0x60;
