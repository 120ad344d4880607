import { ByteQueue } from './byte-queue.js';
import { WireError } from './errors.js';
import * as Varint from './varint.js';

/** A datagram: a varint that says what it is, and the rest. Version 1 defines no type; unknown ones are ignored. docs/wire.md §6. */
export interface Datagram {
  readonly type: number;
  readonly body: Uint8Array;
}

/** The datagram as one buffer. */
export function encodeDatagram({ type, body }: Datagram): Uint8Array {
  const bytes = new Uint8Array(Varint.size(type) + body.length);
  bytes.set(body, Varint.write(bytes, 0, type));
  return bytes;
}

/** Splits a datagram; `body` is a view. Throws LH_WIRE_TRUNCATED when the type is cut, LH_WIRE_RANGE when it is over 2^53. */
export function decodeDatagram(bytes: Uint8Array): Datagram {
  const queue = new ByteQueue();
  queue.push(bytes);
  const type = queue.readVarint();
  if (type === undefined) throw new WireError('LH_WIRE_TRUNCATED', 'a datagram ended inside its type');
  return { type, body: queue.take(queue.length) };
}
