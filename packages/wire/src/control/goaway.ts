import { MAX_TEXT_BYTES } from '../limits.js';
import { checkText, type MessageCodec } from './message-codec.js';
import { longhaul, readerOf } from './protobuf.js';

/** The sender will close the connection; nothing new may be asked of it. docs/wire.md §4.2. */
export interface Goaway {
  readonly kind: 'goaway';
  /** GoawayReason, or a number this version does not know. */
  readonly reason: number;
  /** The sender closes at the latest this many milliseconds after it sent this. */
  readonly drainMs: number;
  /** For people. May be empty. */
  readonly text: string;
}

/** Codec of Goaway. */
export const codec: MessageCodec<Goaway> = {
  kind: 'goaway',
  type: 0x02,
  maxBytes: 512,
  encodeBody: ({ reason, drainMs, text }) => longhaul.v1.Goaway.encode({ reason, drainMs, text }).finish(),
  decodeBody: (bytes) => {
    const { reason, drainMs, text } = longhaul.v1.Goaway.decode(readerOf(bytes));
    return {
      kind: 'goaway',
      reason,
      drainMs,
      text: checkText('Goaway.text', text, { maxBytes: MAX_TEXT_BYTES }),
    };
  },
};
