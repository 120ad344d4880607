import type { MessageCodec } from './message-codec.js';
import { longhaul, readerOf } from './protobuf.js';

/** Asks for an echo. docs/wire.md §4.5. */
export interface Probe {
  readonly kind: 'probe';
  /** Chosen by the sender. */
  readonly sequence: number;
  /** The sender's clock, milliseconds modulo 2^32. */
  readonly timeMs: number;
}

/** Codec of Probe. */
export const codec: MessageCodec<Probe> = {
  kind: 'probe',
  type: 0x30,
  maxBytes: 256,
  encodeBody: ({ sequence, timeMs }) => longhaul.v1.Probe.encode({ sequence, timeMs }).finish(),
  decodeBody: (bytes) => {
    const { sequence, timeMs } = longhaul.v1.Probe.decode(readerOf(bytes));
    return { kind: 'probe', sequence, timeMs };
  },
};
