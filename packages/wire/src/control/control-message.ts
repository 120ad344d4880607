/** The control messages of longhaul/1 and the table that encoding and decoding go by. docs/wire.md §4. */
import * as Varint from '../varint.js';
import * as Announce from './announce.js';
import * as AnnounceOk from './announce-ok.js';
import * as Goaway from './goaway.js';
import * as Hello from './hello.js';
import type { MessageCodec } from './message-codec.js';
import * as Probe from './probe.js';
import * as ProbeReply from './probe-reply.js';
import * as RequestError from './request-error.js';
import * as Subscribe from './subscribe.js';
import * as SubscribeEnd from './subscribe-end.js';
import * as SubscribeOk from './subscribe-ok.js';
import * as SubscribeUpdate from './subscribe-update.js';

/** Any control message. */
export type ControlMessage =
  | Announce.Announce
  | AnnounceOk.AnnounceOk
  | Goaway.Goaway
  | Hello.Hello
  | Probe.Probe
  | ProbeReply.ProbeReply
  | RequestError.RequestError
  | Subscribe.Subscribe
  | SubscribeEnd.SubscribeEnd
  | SubscribeOk.SubscribeOk
  | SubscribeUpdate.SubscribeUpdate;

/**
 * Type, length and body of `message`: one buffer. Throws RangeError when the body is over its limit, which only
 * a caller that skipped validation can cause.
 */
export function encodeControl(message: ControlMessage): Uint8Array {
  const codec = CODECS[message.kind] as MessageCodec<ControlMessage>;
  const body = codec.encodeBody(message);
  if (body.length > codec.maxBytes) {
    throw new RangeError(`${message.kind} takes ${body.length} bytes, the limit is ${codec.maxBytes}`);
  }
  const head = Varint.size(codec.type) + Varint.size(body.length);
  const bytes = new Uint8Array(head + body.length);
  Varint.write(bytes, Varint.write(bytes, 0, codec.type), body.length);
  bytes.set(body, head);
  return bytes;
}

/** The codec of the message type `type`, or undefined for one this version does not know. */
export function codecOf(type: number): MessageCodec<ControlMessage> | undefined {
  return BY_TYPE.get(type);
}

/** Every codec by the kind of its message. */
export const CODECS = {
  announce: Announce.codec,
  'announce-ok': AnnounceOk.codec,
  goaway: Goaway.codec,
  hello: Hello.codec,
  probe: Probe.codec,
  'probe-reply': ProbeReply.codec,
  'request-error': RequestError.codec,
  subscribe: Subscribe.codec,
  'subscribe-end': SubscribeEnd.codec,
  'subscribe-ok': SubscribeOk.codec,
  'subscribe-update': SubscribeUpdate.codec,
} as const satisfies {
  readonly [Kind in ControlMessage['kind']]: MessageCodec<Extract<ControlMessage, { kind: Kind }>>;
};

const BY_TYPE: ReadonlyMap<number, MessageCodec<ControlMessage>> = new Map(
  Object.values(CODECS).map((codec) => [codec.type, codec as unknown as MessageCodec<ControlMessage>]),
);
