import type { MessageCodec } from './message-codec.js';
import { longhaul, readerOf } from './protobuf.js';

/** The publisher sends nothing more of `epoch`; the subscription waits for the next one. docs/wire.md §4.4. */
export interface EpochEnd {
  readonly kind: 'epoch-end';
  readonly epoch: number;
  /** EndCode, or a number this version does not know. */
  readonly reason: number;
  /** Unidirectional streams that were opened for this subscription and epoch. */
  readonly streams: number;
}

/** Codec of EpochEnd. */
export const codec: MessageCodec<EpochEnd> = {
  kind: 'epoch-end',
  type: 0x23,
  maxBytes: 256,
  encodeBody: ({ epoch, reason, streams }) =>
    longhaul.v1.EpochEnd.encode({ epoch, reason, streams }).finish(),
  decodeBody: (bytes) => {
    const { epoch, reason, streams } = longhaul.v1.EpochEnd.decode(readerOf(bytes));
    return { kind: 'epoch-end', epoch, reason, streams };
  },
};
