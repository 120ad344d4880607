/** Data messages (18, and 15 with AMF0 inside), RTMP 1.0 §7.1.2: a name and values, such as `onMetaData`. */
import { readUint16 } from '../../big-endian.js';
import { MessageType, type RtmpMessage } from './message.js';

/** What a publisher puts before the metadata that the server is to keep for players. Not part of what players get. */
export const SET_DATA_FRAME = '@setDataFrame';

/** The name at the front of a data payload; undefined when there is no AMF0 string. */
export function dataName(payload: Uint8Array): string | undefined {
  const nameBytes = readUint16(payload, 1);
  if (payload[0] !== 2 || payload.length < 3 + nameBytes) return undefined;
  return LATIN1.decode(payload.subarray(3, 3 + Math.min(nameBytes, MAX_NAME_BYTES)));
}

/** The script data of a data message as an FLV tag carries it: without the AMF3 marker byte and without `@setDataFrame`. */
export function scriptPayload({ type, payload }: Pick<RtmpMessage, 'type' | 'payload'>): Uint8Array {
  const start = type === MessageType.DATA_AMF3 && payload[0] === 0 ? 1 : 0;
  const script = start === 0 ? payload : payload.subarray(start);
  return dataName(script) === SET_DATA_FRAME ? script.subarray(3 + SET_DATA_FRAME.length) : script;
}

/** The payload by which a publisher hands `onMetaData` to a server; other script data stays as it is. */
export function publishedPayload(script: Uint8Array): Uint8Array {
  if (dataName(script) !== 'onMetaData') return script;
  return Buffer.concat([SET_DATA_FRAME_PREFIX, script]);
}

const LATIN1 = new TextDecoder('latin1');
const MAX_NAME_BYTES = 64;
const SET_DATA_FRAME_PREFIX = Uint8Array.of(
  2,
  0,
  SET_DATA_FRAME.length,
  ...new TextEncoder().encode(SET_DATA_FRAME),
);
