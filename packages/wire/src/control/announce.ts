import { MAX_HOPS, MAX_PATH_BYTES, MAX_RELAY_ID_BYTES } from '../limits.js';
import { checkCount, checkText, type MessageCodec } from './message-codec.js';
import { longhaul, readerOf } from './protobuf.js';

/** The sender has, or can fetch, a broadcast. docs/wire.md §4.3. */
export interface Announce {
  readonly kind: 'announce';
  readonly path: string;
  readonly epoch: number;
  /** Relays the broadcast passed: the one with the publisher first, the sender last. */
  readonly hops: readonly string[];
}

/** Codec of Announce. */
export const codec: MessageCodec<Announce> = {
  kind: 'announce',
  type: 0x10,
  maxBytes: 8_192,
  encodeBody: ({ path, epoch, hops }) =>
    longhaul.v1.Announce.encode({ path, epoch, hops: [...hops] }).finish(),
  decodeBody: (bytes) => {
    const { path, epoch, hops } = longhaul.v1.Announce.decode(readerOf(bytes));
    for (const hop of checkCount('Announce.hops', hops, MAX_HOPS)) {
      checkText('Announce.hops', hop, { minBytes: 1, maxBytes: MAX_RELAY_ID_BYTES });
    }
    return {
      kind: 'announce',
      path: checkText('Announce.path', path, { minBytes: 1, maxBytes: MAX_PATH_BYTES }),
      epoch,
      hops,
    };
  },
};
