/** AMF0 bytes -> values, within budgets (AMF0 §2). */
import { readUint16, readUint32 } from '../big-endian.js';
import { FlvFormatError } from '../errors.js';
import { type AmfLimits, DEFAULT_AMF_LIMITS } from '../limits.js';
import {
  AmfEcmaArray,
  AmfTypedObject,
  AmfUnsupported,
  type AmfValue,
  AmfXmlDocument,
  Marker,
} from './value.js';

/**
 * Reads values one after another from `bytes`, starting at `offset`. The budgets hold for all of them together.
 * References and AMF3 values (marker 0x11) are refused. @throws FlvFormatError `LH_FLV_AMF_*`
 */
export class AmfDecoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #limits: AmfLimits;
  #offset: number;
  #depth = 0;
  #properties = 0;

  constructor(bytes: Uint8Array, options: { offset?: number; limits?: AmfLimits } = {}) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#offset = options.offset ?? 0;
    this.#limits = options.limits ?? DEFAULT_AMF_LIMITS;
  }

  /** Whether every byte has been read. */
  get done(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  /** The next value. */
  read(): AmfValue {
    const marker = this.#view.getUint8(this.#advance(1));
    switch (marker) {
      case Marker.NUMBER:
        return this.#view.getFloat64(this.#advance(8));
      case Marker.BOOLEAN:
        return this.#view.getUint8(this.#advance(1)) !== 0;
      case Marker.STRING:
        return this.#readString();
      case Marker.OBJECT:
        return this.#nested(() => this.#readProperties());
      case Marker.NULL:
        return null;
      case Marker.UNDEFINED:
        return undefined;
      case Marker.ECMA_ARRAY:
        this.#advance(4); // §2.10: the count is a hint, the end marker rules
        return new AmfEcmaArray(this.#nested(() => this.#readProperties()));
      case Marker.STRICT_ARRAY:
        return this.#nested(() => this.#readElements());
      case Marker.DATE:
        return this.#readDate();
      case Marker.LONG_STRING:
        return this.#readLongString();
      case Marker.UNSUPPORTED:
        return new AmfUnsupported();
      case Marker.XML_DOCUMENT:
        return new AmfXmlDocument(this.#readLongString());
      case Marker.TYPED_OBJECT:
        return this.#readTypedObject();
      default:
        throw new FlvFormatError(
          'LH_FLV_AMF_MARKER',
          `AMF0 marker 0x${marker.toString(16).padStart(2, '0')} at byte ${this.#offset - 1} is not accepted`,
        );
    }
  }

  #readDate(): Date {
    const at = this.#advance(10); // §2.13: milliseconds, then a reserved time zone
    return new Date(this.#view.getFloat64(at));
  }

  #readString(): string {
    return this.#text(readUint16(this.#bytes, this.#advance(2)));
  }

  #readLongString(): string {
    return this.#text(readUint32(this.#bytes, this.#advance(4)));
  }

  #readTypedObject(): AmfTypedObject {
    const className = this.#readString();
    return new AmfTypedObject(
      className,
      this.#nested(() => this.#readProperties()),
    );
  }

  #readProperties(): Map<string, AmfValue> {
    const properties = new Map<string, AmfValue>();
    for (;;) {
      const key = this.#readString();
      if (key === '' && this.#peek() === Marker.OBJECT_END) {
        this.#advance(1);
        return properties;
      }
      this.#countProperty();
      properties.set(key, this.read());
    }
  }

  #readElements(): AmfValue[] {
    const count = readUint32(this.#bytes, this.#advance(4));
    const elements: AmfValue[] = [];
    for (let index = 0; index < count; index++) {
      this.#countProperty();
      elements.push(this.read());
    }
    return elements;
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > this.#limits.maxDepth) this.#overLimit(`depth ${this.#limits.maxDepth}`);
    const value = read();
    this.#depth--;
    return value;
  }

  #countProperty(): void {
    if (++this.#properties > this.#limits.maxProperties) {
      this.#overLimit(`${this.#limits.maxProperties} properties`);
    }
  }

  #text(byteLength: number): string {
    if (byteLength > this.#limits.maxStringBytes) {
      this.#overLimit(`a string of ${this.#limits.maxStringBytes} bytes (declared ${byteLength})`);
    }
    const start = this.#advance(byteLength);
    return UTF8.decode(this.#bytes.subarray(start, start + byteLength));
  }

  #peek(): number {
    if (this.done) throw truncated(this.#offset, 1);
    return this.#view.getUint8(this.#offset);
  }

  /** Steps over `count` bytes and returns where they begin. */
  #advance(count: number): number {
    const start = this.#offset;
    if (start + count > this.#bytes.length) throw truncated(start, count);
    this.#offset = start + count;
    return start;
  }

  #overLimit(what: string): never {
    throw new FlvFormatError('LH_FLV_AMF_LIMIT', `AMF0 data goes over ${what} at byte ${this.#offset}`);
  }
}

/** All values in `bytes` from `offset` on. @throws FlvFormatError `LH_FLV_AMF_*` */
export function decodeAmf(
  bytes: Uint8Array,
  options: { offset?: number; limits?: AmfLimits } = {},
): AmfValue[] {
  const decoder = new AmfDecoder(bytes, options);
  const values: AmfValue[] = [];
  while (!decoder.done) values.push(decoder.read());
  return values;
}

function truncated(offset: number, wanted: number): FlvFormatError {
  return new FlvFormatError(
    'LH_FLV_AMF_TRUNCATED',
    `AMF0 data ends inside ${wanted} bytes at byte ${offset}`,
  );
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });
