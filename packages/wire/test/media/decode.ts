import {
  encodeDropped,
  encodeFrame,
  encodeGroupHeader,
  encodeInit,
  encodeTrackHeader,
  encodeTruncated,
  type Position,
  UniDecoder,
  type UniItem,
} from '../../src/index.js';
import { concat, fromHex } from '../vectors.js';

/** An item as JSON holds it: payloads in hexadecimal, no undefined. */
interface JsonItem {
  readonly kind: string;
  readonly payload?: string;
  readonly initVersion?: number;
}

/** The items of a vector. */
export function reviveItems(json: readonly JsonItem[]): UniItem[] {
  return json.map((item): unknown => {
    if (item.kind === 'group-header') return { ...item, initVersion: item.initVersion };
    return item.payload === undefined ? item : { ...item, payload: fromHex(item.payload) };
  }) as UniItem[];
}

/** Encodes what a stream carries. */
export function encodeItems(items: readonly UniItem[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let previous: Position = { ordinal: 0, timestamp: 0 };
  for (const item of items) {
    switch (item.kind) {
      case 'track-header':
        parts.push(encodeTrackHeader(item));
        break;
      case 'group-header':
        previous = { ordinal: item.baseOrdinal, timestamp: item.baseTimestamp };
        parts.push(encodeGroupHeader(item));
        break;
      case 'init':
        parts.push(...encodeInit(item));
        break;
      case 'dropped':
        parts.push(encodeDropped({ ...item, kind: item.frameKind }, previous));
        previous = item;
        break;
      case 'truncated':
        parts.push(encodeTruncated());
        break;
      default:
        parts.push(...encodeFrame(item, previous));
        previous = item;
    }
  }
  return concat(...parts);
}

/** Decodes `bytes` given in pieces of the lengths `cuts`, the rest at once, to the end of the stream. */
export function decodeItems(bytes: Uint8Array, cuts: readonly number[] = []): UniItem[] {
  const decoder = new UniDecoder();
  const items: UniItem[] = [];
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    items.push(...decoder.push(bytes.subarray(at, at + cut)));
    at = Math.min(at + cut, bytes.length);
  }
  decoder.finish();
  return items;
}
