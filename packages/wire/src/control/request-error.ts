import { MAX_TEXT_BYTES } from '../limits.js';
import { checkText, type MessageCodec } from './message-codec.js';
import { longhaul, readerOf } from './protobuf.js';

/** A request was refused, or an accepted one is taken back. Last message of its sender on the stream. docs/wire.md §4.6. */
export interface RequestError {
  readonly kind: 'request-error';
  /** RequestErrorCode, or a number this version does not know. */
  readonly code: number;
  /** For people. May be empty. */
  readonly reason: string;
}

/** Codec of RequestError. */
export const codec: MessageCodec<RequestError> = {
  kind: 'request-error',
  type: 0x3f,
  maxBytes: 512,
  encodeBody: ({ code, reason }) => longhaul.v1.RequestError.encode({ code, reason }).finish(),
  decodeBody: (bytes) => {
    const { code, reason } = longhaul.v1.RequestError.decode(readerOf(bytes));
    return {
      kind: 'request-error',
      code,
      reason: checkText('RequestError.reason', reason, { maxBytes: MAX_TEXT_BYTES }),
    };
  },
};
