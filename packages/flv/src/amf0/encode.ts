/** Values -> AMF0 bytes (AMF0 §2). */
import { writeUint16, writeUint32 } from '../big-endian.js';
import {
  AmfEcmaArray,
  type AmfObject,
  AmfTypedObject,
  AmfUnsupported,
  type AmfValue,
  AmfXmlDocument,
  Marker,
} from './value.js';

/** The values one after another. @throws RangeError when a property or class name is over 65,535 bytes of UTF-8 */
export function encodeAmf(values: readonly AmfValue[]): Uint8Array {
  const writer = new AmfWriter();
  for (const value of values) writer.write(value);
  return writer.bytes();
}

class AmfWriter {
  #buffer = new Uint8Array(256);
  #length = 0;

  write(value: AmfValue): void {
    switch (typeof value) {
      case 'number':
        this.#writeNumber(value);
        return;
      case 'boolean':
        this.#writeBytes([Marker.BOOLEAN, value ? 1 : 0]);
        return;
      case 'string':
        this.#writeString(value);
        return;
      case 'undefined':
        this.#writeBytes([Marker.UNDEFINED]);
        return;
      default:
        this.#writeReference(value);
        return;
    }
  }

  bytes(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  #writeReference(value: Exclude<AmfValue, number | boolean | string | undefined>): void {
    if (value === null) this.#writeBytes([Marker.NULL]);
    else if (value instanceof Date) this.#writeDate(value);
    else if (value instanceof Map) this.#writeObject(value);
    else if (value instanceof AmfEcmaArray) this.#writeEcmaArray(value);
    else if (value instanceof AmfTypedObject) this.#writeTypedObject(value);
    else if (value instanceof AmfXmlDocument) this.#writeLong(Marker.XML_DOCUMENT, encodeText(value.text));
    else if (value instanceof AmfUnsupported) this.#writeBytes([Marker.UNSUPPORTED]);
    else if (Array.isArray(value)) this.#writeStrictArray(value);
    else throw new TypeError(`cannot be expressed in AMF0: ${String(value)}`);
  }

  #writeDate(value: Date): void {
    this.#writeBytes([Marker.DATE]);
    this.#writeFloat64(value.getTime());
    this.#writeUint16(0);
  }

  #writeEcmaArray(value: AmfEcmaArray): void {
    this.#writeBytes([Marker.ECMA_ARRAY]);
    this.#writeUint32(value.properties.size);
    this.#writeProperties(value.properties);
  }

  #writeLong(marker: number, text: Uint8Array): void {
    this.#writeBytes([marker]);
    this.#writeUint32(text.length);
    this.#writeBytes(text);
  }

  #writeNumber(value: number): void {
    this.#writeBytes([Marker.NUMBER]);
    this.#writeFloat64(value);
  }

  #writeObject(value: AmfObject): void {
    this.#writeBytes([Marker.OBJECT]);
    this.#writeProperties(value);
  }

  #writeStrictArray(value: readonly AmfValue[]): void {
    this.#writeBytes([Marker.STRICT_ARRAY]);
    this.#writeUint32(value.length);
    for (const element of value) this.write(element);
  }

  #writeString(value: string): void {
    const text = encodeText(value);
    if (text.length > MAX_SHORT_STRING_BYTES) {
      this.#writeLong(Marker.LONG_STRING, text);
      return;
    }
    this.#writeBytes([Marker.STRING]);
    this.#writeName(text);
  }

  #writeTypedObject(value: AmfTypedObject): void {
    this.#writeBytes([Marker.TYPED_OBJECT]);
    this.#writeName(encodeText(value.className));
    this.#writeProperties(value.properties);
  }

  #writeProperties(properties: AmfObject): void {
    for (const [key, value] of properties) {
      this.#writeName(encodeText(key));
      this.write(value);
    }
    this.#writeBytes([0, 0, Marker.OBJECT_END]); // §2.11
  }

  #writeName(text: Uint8Array): void {
    if (text.length > MAX_SHORT_STRING_BYTES) {
      throw new RangeError(`an AMF0 name has at most ${MAX_SHORT_STRING_BYTES} bytes, not ${text.length}`);
    }
    this.#writeUint16(text.length);
    this.#writeBytes(text);
  }

  #writeUint16(value: number): void {
    const at = this.#reserve(2);
    writeUint16(this.#buffer, at, value);
  }

  #writeUint32(value: number): void {
    const at = this.#reserve(4);
    writeUint32(this.#buffer, at, value);
  }

  #writeFloat64(value: number): void {
    const at = this.#reserve(8);
    new DataView(this.#buffer.buffer).setFloat64(at, value);
  }

  #writeBytes(bytes: ArrayLike<number>): void {
    const at = this.#reserve(bytes.length);
    this.#buffer.set(bytes, at);
  }

  #reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(this.#length, 2 * this.#buffer.length));
      grown.set(this.#buffer);
      this.#buffer = grown;
    }
    return at;
  }
}

function encodeText(text: string): Uint8Array {
  return UTF8.encode(text);
}

const UTF8 = new TextEncoder();
const MAX_SHORT_STRING_BYTES = 0xffff;
