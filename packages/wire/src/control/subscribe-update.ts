import type { MessageCodec } from './message-codec.js';
import { longhaul, readerOf } from './protobuf.js';

/** Changes a running subscription. docs/wire.md §4.4. */
export interface SubscribeUpdate {
  readonly kind: 'subscribe-update';
  /** As in Subscribe. */
  readonly latencyBudgetMs: number;
}

/** Codec of SubscribeUpdate. */
export const codec: MessageCodec<SubscribeUpdate> = {
  kind: 'subscribe-update',
  type: 0x22,
  maxBytes: 256,
  encodeBody: ({ latencyBudgetMs }) => longhaul.v1.SubscribeUpdate.encode({ latencyBudgetMs }).finish(),
  decodeBody: (bytes) => {
    const { latencyBudgetMs } = longhaul.v1.SubscribeUpdate.decode(readerOf(bytes));
    return { kind: 'subscribe-update', latencyBudgetMs };
  },
};
