/** The client's side of the handshake. */
import {
  answers,
  CLIENT_KEY,
  findDigest,
  HANDSHAKE_BYTES,
  SERVER_KEY,
  signAnswer,
  writeDigest,
} from './digest.js';
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
  | { readonly kind: 'waiting'; readonly bytes: FixedBytes }
  | { readonly kind: 'done'; readonly mode: HandshakeMode; readonly verified: boolean };

/**
 * Input: bytes from the server. Output: C0 and C1 at once, C2 when S0, S1 and S2 are there.
 * `digest` signs C1; a server that does not sign its S1 is answered simply, so it works with either kind.
 */
export class ClientHandshake {
  readonly #options: HandshakeOptions;
  readonly #c1: Uint8Array;
  readonly #digest: Uint8Array | undefined;
  #state: State = { kind: 'waiting', bytes: new FixedBytes(1 + 2 * HANDSHAKE_BYTES) };
  #output: Uint8Array[];

  constructor(options: HandshakeOptions & { readonly mode: HandshakeMode }) {
    this.#options = options;
    this.#c1 = firstPacket(options, options.mode === 'digest' ? CLIENT_PRODUCT_VERSION : 0);
    this.#digest = options.mode === 'digest' ? writeDigest(this.#c1, 1, CLIENT_KEY) : undefined;
    this.#output = [Uint8Array.of(RTMP_VERSION), this.#c1];
  }

  /** S2 has been read; what follows is chunk stream. */
  get done(): boolean {
    return this.#state.kind === 'done';
  }

  /** How the server answered. Known once done. */
  get mode(): HandshakeMode | undefined {
    return this.#state.kind === 'done' ? this.#state.mode : undefined;
  }

  /** Whether S2 answers C1: its digest in digest mode, its random bytes in simple mode. For logs; servers differ. */
  get verified(): boolean {
    return this.#state.kind === 'done' && this.#state.verified;
  }

  /** Takes bytes from `offset` on; returns the offset of the first it did not use. @throws RtmpProtocolError `LH_RTMP_VERSION` */
  handle(bytes: Uint8Array, offset: number): number {
    if (this.#state.kind === 'done') return offset;
    const at = this.#state.bytes.fill(bytes, offset);
    if (this.#state.bytes.first !== undefined) checkVersion(this.#state.bytes.first);
    const packets = this.#state.bytes.complete;
    if (packets !== undefined)
      this.#answer(packets.subarray(1, 1 + HANDSHAKE_BYTES), packets.subarray(1 + HANDSHAKE_BYTES));
    return at;
  }

  /** What is to be sent, once. */
  takeOutput(): Uint8Array[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }

  #answer(s1: Uint8Array, s2: Uint8Array): void {
    const signed = this.#digest && findDigest(s1, SERVER_KEY);
    if (this.#digest && signed) {
      const c2 = new Uint8Array(this.#options.random(HANDSHAKE_BYTES));
      signAnswer(c2, signed.digest, CLIENT_KEY);
      this.#output.push(c2);
      this.#state = { kind: 'done', mode: 'digest', verified: answers(s2, this.#digest, SERVER_KEY) };
      return;
    }
    this.#output.push(echo(s1, this.#options.nowMs));
    this.#state = { kind: 'done', mode: 'simple', verified: echoes(s2, this.#c1) };
  }
}

function echoes(answer: Uint8Array, sent: Uint8Array): boolean {
  return Buffer.compare(answer.subarray(8), sent.subarray(8)) === 0;
}

/** A Flash Player 9 or later: servers look for a digest in C1 from there on. */
const CLIENT_PRODUCT_VERSION = 0x80000702;
