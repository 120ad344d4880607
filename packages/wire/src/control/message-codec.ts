import { WireError } from '../errors.js';

/** Encodes and decodes the body of one control message. */
export interface MessageCodec<Message extends { readonly kind: string }> {
  readonly kind: Message['kind'];
  /** The varint before the length. */
  readonly type: number;
  /** Limit of the body, both ways. */
  readonly maxBytes: number;
  encodeBody(message: Message): Uint8Array;
  /** Throws WireError or whatever protobufjs throws; `ControlDecoder` turns the latter into LH_WIRE_MALFORMED. */
  decodeBody(bytes: Uint8Array): Message;
}

/** Refuses a string longer than `maxBytes` in UTF-8 and, for `minBytes` 1, an empty one. */
export function checkText(
  field: string,
  value: string,
  { minBytes = 0, maxBytes }: { readonly minBytes?: 0 | 1; readonly maxBytes: number },
): string {
  // A UTF-16 unit takes at most three bytes: most strings need no second look.
  const tooLong = value.length * 3 > maxBytes && utf8Length(value) > maxBytes;
  if (tooLong || value.length < minBytes) {
    throw new WireError('LH_WIRE_RANGE', `${field} must have ${minBytes} to ${maxBytes} bytes`);
  }
  return value;
}

/** Refuses a list of more than `max` elements. */
export function checkCount<Element>(
  field: string,
  list: readonly Element[],
  max: number,
): readonly Element[] {
  if (list.length > max) {
    throw new WireError('LH_WIRE_RANGE', `${field} has ${list.length} elements, the limit is ${max}`);
  }
  return list;
}

function utf8Length(value: string): number {
  let bytes = 0;
  for (const character of value) {
    const code = character.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
