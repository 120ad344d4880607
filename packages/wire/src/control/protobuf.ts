import protobuf from 'protobufjs/minimal.js';

/** Where the bytes of a message are read from. */
export type Reader = protobuf.Reader;

/** A reader of `bytes` that forgets unknown fields instead of keeping them. */
export function readerOf(bytes: Uint8Array): Reader {
  const reader = protobuf.Reader.create(bytes);
  reader.discardUnknown = true;
  return reader;
}

export { longhaul } from '#generated/control.js';
