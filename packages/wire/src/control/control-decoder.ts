import { ByteQueue } from '../byte-queue.js';
import { WireError } from '../errors.js';
import { MAX_UNKNOWN_MESSAGE_BYTES } from '../limits.js';
import { type ControlMessage, codecOf } from './control-message.js';
import type { MessageCodec } from './message-codec.js';

/** A message of a type this version does not know; its body has been, or will be, skipped. */
export interface UnknownMessage {
  readonly kind: 'unknown';
  readonly type: number;
}

/**
 * Control messages out of the bytes of one direction of a request stream.
 * Inputs: `push`, or `add` and `next`, and `finish`. Outputs: the messages they complete, in order.
 * After `push` it holds at most one incomplete message, which is bounded by the limit of its type.
 */
export class ControlDecoder {
  readonly #queue = new ByteQueue();
  #body: { readonly codec: MessageCodec<ControlMessage>; readonly length: number } | undefined;
  #skip = 0;

  /** Takes bytes and returns the messages they complete. Throws WireError; the decoder is then of no more use. */
  push(bytes: Uint8Array): readonly (ControlMessage | UnknownMessage)[] {
    this.add(bytes);
    const messages: (ControlMessage | UnknownMessage)[] = [];
    for (let message = this.next(); message !== undefined; message = this.next()) messages.push(message);
    return messages;
  }

  /** Takes bytes for `next`. */
  add(bytes: Uint8Array): void {
    this.#queue.push(bytes);
  }

  /** The next message; undefined when bytes are missing. Throws WireError; the decoder is then of no more use. */
  next(): ControlMessage | UnknownMessage | undefined {
    this.#skip -= this.#queue.skip(this.#skip);
    if (this.#skip > 0) return undefined;
    if (this.#body === undefined) {
      const unknown = this.#readHead();
      if (unknown !== undefined) return unknown;
    }
    const body = this.#body;
    if (body === undefined || this.#queue.length < body.length) return undefined;
    this.#body = undefined;
    return decodeBody(body.codec, this.#queue.take(body.length));
  }

  /** The stream ended. Throws LH_WIRE_TRUNCATED when that cuts a message. */
  finish(): void {
    if (this.#queue.length > 0 || this.#skip > 0 || this.#body !== undefined) {
      throw new WireError('LH_WIRE_TRUNCATED', 'a request stream ended inside a message');
    }
  }

  #readHead(): UnknownMessage | undefined {
    this.#queue.mark();
    const type = this.#queue.readVarint();
    const length = type === undefined ? undefined : this.#queue.readVarint();
    if (type === undefined || length === undefined) {
      this.#queue.rewind();
      return undefined;
    }
    const codec = codecOf(type);
    const limit = codec?.maxBytes ?? MAX_UNKNOWN_MESSAGE_BYTES;
    if (length > limit) {
      throw new WireError(
        'LH_WIRE_TOO_LARGE',
        `message type ${type} of ${length} bytes, the limit is ${limit}`,
      );
    }
    if (codec === undefined) {
      this.#skip = length;
      return { kind: 'unknown', type };
    }
    this.#body = { codec, length };
    return undefined;
  }
}

function decodeBody(codec: MessageCodec<ControlMessage>, bytes: Uint8Array): ControlMessage {
  try {
    return codec.decodeBody(bytes);
  } catch (cause) {
    if (cause instanceof WireError) throw cause;
    throw new WireError('LH_WIRE_MALFORMED', `the body of ${codec.kind} is not protobuf`, { cause });
  }
}
