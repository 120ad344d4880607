import { WireError } from '../errors.js';
import { MAX_RELAY_ID_BYTES, MAX_TEXT_BYTES, MAX_VERSIONS } from '../limits.js';
import { checkCount, checkText, type MessageCodec } from './message-codec.js';
import { longhaul, readerOf } from './protobuf.js';

/** First message of both ends. docs/wire.md §4.1. */
export interface Hello {
  readonly kind: 'hello';
  /** The dialer's: versions it speaks, preferred first. The acceptor's: the one it chose. */
  readonly versions: readonly number[];
  /** The sender's relay id; equals the name in its certificate. */
  readonly relayId: string;
  /** Name and version of the program, for people. May be empty. */
  readonly software: string;
  /** Region of the relay, for people. May be empty. */
  readonly region: string;
}

/** Codec of Hello. */
export const codec: MessageCodec<Hello> = {
  kind: 'hello',
  type: 0x01,
  maxBytes: 1_024,
  encodeBody: ({ versions, relayId, software, region }) =>
    longhaul.v1.Hello.encode({ versions: [...versions], relayId, software, region }).finish(),
  decodeBody: (bytes) => {
    const body = longhaul.v1.Hello.decode(readerOf(bytes));
    if (body.versions.length === 0) throw new WireError('LH_WIRE_RANGE', 'Hello offers no version');
    return {
      kind: 'hello',
      versions: checkCount('Hello.versions', body.versions, MAX_VERSIONS),
      relayId: checkText('Hello.relay_id', body.relayId, { minBytes: 1, maxBytes: MAX_RELAY_ID_BYTES }),
      software: checkText('Hello.software', body.software, { maxBytes: MAX_TEXT_BYTES }),
      region: checkText('Hello.region', body.region, { maxBytes: MAX_TEXT_BYTES }),
    };
  },
};
