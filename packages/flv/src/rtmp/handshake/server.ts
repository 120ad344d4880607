/** The server's side of the handshake. */
import { CLIENT_KEY, findDigest, HANDSHAKE_BYTES, SERVER_KEY, signAnswer, writeDigest } from './digest.js';
import {
  checkVersion,
  echo,
  FixedBytes,
  firstPacket,
  type HandshakeMode,
  type HandshakeOptions,
  RTMP_VERSION,
} from './packet.js';

type State =
  | { readonly kind: 'first'; readonly bytes: FixedBytes }
  | { readonly kind: 'second'; readonly bytes: FixedBytes; readonly mode: HandshakeMode }
  | { readonly kind: 'done'; readonly mode: HandshakeMode };

/**
 * Input: bytes from the client. Output: S0, S1 and S2 in one piece once C1 is whole.
 * A C1 with a valid digest in either scheme is answered in kind, any other one simply. C2 is read and not judged:
 * real encoders send all sorts of things there.
 */
export class ServerHandshake {
  readonly #options: HandshakeOptions;
  #state: State = { kind: 'first', bytes: new FixedBytes(1 + HANDSHAKE_BYTES) };
  #output: Uint8Array[] = [];

  constructor(options: HandshakeOptions) {
    this.#options = options;
  }

  /** C2 has been read; what follows is chunk stream. */
  get done(): boolean {
    return this.#state.kind === 'done';
  }

  /** Known once C1 has been read. */
  get mode(): HandshakeMode | undefined {
    return this.#state.kind === 'first' ? undefined : this.#state.mode;
  }

  /** Takes bytes from `offset` on; returns the offset of the first it did not use. @throws RtmpProtocolError `LH_RTMP_VERSION` */
  handle(bytes: Uint8Array, offset: number): number {
    let at = offset;
    if (this.#state.kind === 'first') {
      at = this.#state.bytes.fill(bytes, at);
      if (this.#state.bytes.first !== undefined) checkVersion(this.#state.bytes.first);
      const first = this.#state.bytes.complete;
      if (first !== undefined) this.#answer(first.subarray(1));
    }
    if (this.#state.kind === 'second') {
      at = this.#state.bytes.fill(bytes, at);
      if (this.#state.bytes.complete !== undefined) this.#state = { kind: 'done', mode: this.#state.mode };
    }
    return at;
  }

  /** What is to be sent, once. */
  takeOutput(): Uint8Array[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }

  #answer(c1: Uint8Array): void {
    const signed = findDigest(c1, CLIENT_KEY);
    const s1 = firstPacket(this.#options, signed ? SERVER_PRODUCT_VERSION : 0);
    let s2: Uint8Array;
    if (signed) {
      writeDigest(s1, signed.scheme, SERVER_KEY);
      s2 = new Uint8Array(this.#options.random(HANDSHAKE_BYTES));
      signAnswer(s2, signed.digest, SERVER_KEY);
    } else {
      s2 = echo(c1, this.#options.nowMs);
    }
    this.#output.push(Uint8Array.of(RTMP_VERSION), s1, s2);
    this.#state = {
      kind: 'second',
      bytes: new FixedBytes(HANDSHAKE_BYTES),
      mode: signed ? 'digest' : 'simple',
    };
  }
}

/** 3.0.1.1 or higher tells clients that S1 carries a digest. */
const SERVER_PRODUCT_VERSION = 0x04000001;
