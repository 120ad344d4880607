import type { MessageCodec } from './message-codec.js';
import { longhaul, readerOf } from './protobuf.js';

/** Last message of a subscription from its publisher. docs/wire.md §4.4. */
export interface SubscribeEnd {
  readonly kind: 'subscribe-end';
  /** EndCode, or a number this version does not know. */
  readonly reason: number;
  /** Unidirectional streams that were opened for the subscription, those that were reset included. */
  readonly streams: number;
}

/** Codec of SubscribeEnd. */
export const codec: MessageCodec<SubscribeEnd> = {
  kind: 'subscribe-end',
  type: 0x24,
  maxBytes: 256,
  encodeBody: ({ reason, streams }) => longhaul.v1.SubscribeEnd.encode({ reason, streams }).finish(),
  decodeBody: (bytes) => {
    const { reason, streams } = longhaul.v1.SubscribeEnd.decode(readerOf(bytes));
    return { kind: 'subscribe-end', reason, streams };
  },
};
