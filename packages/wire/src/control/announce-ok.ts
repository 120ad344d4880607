import type { MessageCodec } from './message-codec.js';
import { longhaul, readerOf } from './protobuf.js';

/** The receiver took the announcement. docs/wire.md §4.3. */
export interface AnnounceOk {
  readonly kind: 'announce-ok';
}

/** Codec of AnnounceOk. */
export const codec: MessageCodec<AnnounceOk> = {
  kind: 'announce-ok',
  type: 0x11,
  maxBytes: 256,
  encodeBody: () => longhaul.v1.AnnounceOk.encode({}).finish(),
  decodeBody: (bytes) => {
    longhaul.v1.AnnounceOk.decode(readerOf(bytes));
    return { kind: 'announce-ok' };
  },
};
