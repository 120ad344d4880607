/** Values of AMF0 (Action Message Format -- AMF 0, Adobe 2007). */

/** Type markers, §2.1. */
export const Marker = {
  NUMBER: 0x00,
  BOOLEAN: 0x01,
  STRING: 0x02,
  OBJECT: 0x03,
  MOVIE_CLIP: 0x04,
  NULL: 0x05,
  UNDEFINED: 0x06,
  REFERENCE: 0x07,
  ECMA_ARRAY: 0x08,
  OBJECT_END: 0x09,
  STRICT_ARRAY: 0x0a,
  DATE: 0x0b,
  LONG_STRING: 0x0c,
  UNSUPPORTED: 0x0d,
  RECORD_SET: 0x0e,
  XML_DOCUMENT: 0x0f,
  TYPED_OBJECT: 0x10,
  AVMPLUS_OBJECT: 0x11,
} as const;

/** An anonymous object, §2.5: properties in order. A Map, so a key like `__proto__` is only a key. */
export type AmfObject = ReadonlyMap<string, AmfValue>;

/** An associative array, §2.10. `onMetaData` carries one. */
export class AmfEcmaArray {
  readonly properties: AmfObject;

  constructor(properties: AmfObject) {
    this.properties = properties;
  }
}

/** An object of a named class, §2.18. */
export class AmfTypedObject {
  readonly className: string;
  readonly properties: AmfObject;

  constructor(className: string, properties: AmfObject) {
    this.className = className;
    this.properties = properties;
  }
}

/** XML source text, §2.17. It is not parsed. */
export class AmfXmlDocument {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The "unsupported" marker, §2.15: the sender had a value it could not express. */
export class AmfUnsupported {
  readonly marker = Marker.UNSUPPORTED;
}

/**
 * Any AMF0 value. A strict array is an Array, an anonymous object a Map, a date a Date (its reserved time zone is
 * ignored, §2.13), a string over 65,535 bytes of UTF-8 a long string.
 */
export type AmfValue =
  | number
  | boolean
  | string
  | null
  | undefined
  | Date
  | readonly AmfValue[]
  | AmfObject
  | AmfEcmaArray
  | AmfTypedObject
  | AmfXmlDocument
  | AmfUnsupported;

/** An AMF0 object with the properties of a plain object, in its order. */
export function amfObject(properties: Readonly<Record<string, AmfValue>>): AmfObject {
  return new Map(Object.entries(properties));
}

/** The properties of an object, typed object or ECMA array; undefined for any other value. */
export function amfProperties(value: AmfValue): AmfObject | undefined {
  if (value instanceof Map) return value;
  if (value instanceof AmfEcmaArray || value instanceof AmfTypedObject) return value.properties;
  return undefined;
}
