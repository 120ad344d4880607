/**
 * AAC frames of any size that hold silence: data_stream_elements (ISO/IEC 14496-3 §4.4.2.7) carry stamp and filler, a
 * silent pair of channels follows. A decoder plays silence, a remuxer copies the bytes.
 */

/** AudioSpecificConfig: AAC-LC, 48 kHz, stereo. ISO/IEC 14496-3 §1.6.2.1. */
export const AUDIO_SPECIFIC_CONFIG = Buffer.of(0x11, 0x90);

/** A raw_data_block of `blockBytes` that carries `data`, which fills its `capacity`. */
export function rawDataBlock(data: Buffer, blockBytes: number): Buffer {
  const count = elements(blockBytes);
  const block = Buffer.allocUnsafe(blockBytes);
  let [from, at] = [0, 0];
  for (let left = count; left > 0; left--) {
    const bytes = Math.ceil((data.length - from) / left);
    block.set([DATA_STREAM_ELEMENT, bytes], at);
    at += 2 + data.copy(block, at + 2, from, from + bytes);
    from += bytes;
  }
  block.set(SILENCE, at);
  return block;
}

/** How many bytes of data a block of `blockBytes` carries. */
export function capacity(blockBytes: number): number {
  return blockBytes - SILENCE.length - 2 * elements(blockBytes);
}

/** The data of a block of `rawDataBlock`; undefined for any other. */
export function dataOf(block: Buffer): Buffer | undefined {
  const pieces: Buffer[] = [];
  let at = 0;
  while (block[at] === DATA_STREAM_ELEMENT) {
    const bytes = block[at + 1] ?? 0;
    pieces.push(block.subarray(at + 2, at + 2 + bytes));
    at += 2 + bytes;
  }
  return pieces.length > 0 && SILENCE.equals(block.subarray(at)) ? Buffer.concat(pieces) : undefined;
}

function elements(blockBytes: number): number {
  return Math.ceil((blockBytes - SILENCE.length) / (MAX_DATA_BYTES + 2));
}

/** id_syn_ele 4, element_instance_tag 0, data_byte_align_flag 1. */
const DATA_STREAM_ELEMENT = 0x81;
/** channel_pair_element with common_window, max_sfb 0 and global_gain 0 (§4.4.2.1), then the end element and zeros. */
const SILENCE = Buffer.of(0x21, 0, 0, 0, 0, 0x1c);
/** A count of 255 would need a second one behind it. */
const MAX_DATA_BYTES = 254;
