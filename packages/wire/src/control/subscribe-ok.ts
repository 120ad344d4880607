import type { MessageCodec } from './message-codec.js';
import { longhaul, readerOf } from './protobuf.js';

/** The subscription is served: this epoch, to its end. docs/wire.md §4.4. */
export interface SubscribeOk {
  readonly kind: 'subscribe-ok';
  readonly epoch: number;
  /** No frame but init has a lower ordinal: a merge starts here. */
  readonly firstOrdinal: number;
}

/** Codec of SubscribeOk. */
export const codec: MessageCodec<SubscribeOk> = {
  kind: 'subscribe-ok',
  type: 0x21,
  maxBytes: 256,
  encodeBody: ({ epoch, firstOrdinal }) => longhaul.v1.SubscribeOk.encode({ epoch, firstOrdinal }).finish(),
  decodeBody: (bytes) => {
    const { epoch, firstOrdinal } = longhaul.v1.SubscribeOk.decode(readerOf(bytes));
    return { kind: 'subscribe-ok', epoch, firstOrdinal };
  },
};
