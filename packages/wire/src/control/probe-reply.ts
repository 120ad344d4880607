import type { MessageCodec } from './message-codec.js';
import { longhaul, readerOf } from './protobuf.js';

/** The echo of a Probe. docs/wire.md §4.5. */
export interface ProbeReply {
  readonly kind: 'probe-reply';
  /** As in the Probe. */
  readonly sequence: number;
  /** As in the Probe. */
  readonly timeMs: number;
  /** The clock of the one that answers, milliseconds modulo 2^32. */
  readonly peerTimeMs: number;
}

/** Codec of ProbeReply. */
export const codec: MessageCodec<ProbeReply> = {
  kind: 'probe-reply',
  type: 0x31,
  maxBytes: 256,
  encodeBody: ({ sequence, timeMs, peerTimeMs }) =>
    longhaul.v1.ProbeReply.encode({ sequence, timeMs, peerTimeMs }).finish(),
  decodeBody: (bytes) => {
    const { sequence, timeMs, peerTimeMs } = longhaul.v1.ProbeReply.decode(readerOf(bytes));
    return { kind: 'probe-reply', sequence, timeMs, peerTimeMs };
  },
};
