/** One bidirectional stream of a QUIC connection as carrier: all streams in one, so that they wait for each other as on TCP. */
import type { QuicConnection } from '@longhaul/quic';
import type { BidiStream, CloseInfo, TransportError } from '@longhaul/transport';
import type { Carrier, CarrierEvents, CarrierStats } from './mux/carrier.js';

/** Inputs: the multiplexer's bytes, the stream's events, `handleClosed` of the connection. Outputs: the stream's bytes, `CarrierEvents`. */
export class StreamCarrier implements Carrier {
  readonly #connection: QuicConnection;
  readonly #stream: BidiStream;
  #events: CarrierEvents | undefined;
  /** What the stream has not taken yet. */
  #rest: Uint8Array | undefined;
  #ended = false;

  constructor(connection: QuicConnection, stream: BidiStream) {
    this.#connection = connection;
    this.#stream = stream;
  }

  get address(): string {
    return this.#connection.peer.address;
  }

  get credit(): number {
    return this.#rest !== undefined || this.#ended ? 0 : WRITE_BYTES;
  }

  listen(events: CarrierEvents): void {
    this.#events = events;
    this.#stream.send.listen({
      onCredit: () => this.#push(),
      // The other end is done with it, or everything has come: nothing holds the connection.
      onStopped: () => this.destroy(),
      onAcknowledged: () => this.destroy(),
    });
    this.#stream.receive.read({
      onData: (chunks) => {
        for (const { bytes } of chunks)
          events.onBytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      },
      onFinished: () => this.end(),
      onReset: () => this.destroy(),
    });
  }

  write(bytes: Buffer): void {
    this.#rest = bytes;
    this.#push();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#rest === undefined) this.#stream.send.finish();
  }

  destroy(): void {
    this.#ended = true;
    this.#connection.close(0, '');
  }

  stats(): CarrierStats {
    const { datagramsDropped: _dropped, bytesQueued, ...stats } = this.#connection.stats();
    return { ...stats, notSentBytes: bytesQueued };
  }

  /** The connection is over. */
  handleClosed(info: CloseInfo): void {
    const events = this.#events;
    this.#events = undefined;
    const error: TransportError | undefined = info.by === 'transport' ? info.error : undefined;
    events?.onClosed(error);
  }

  #push(): void {
    if (this.#rest === undefined) return;
    const taken = this.#stream.send.write([this.#rest]);
    if (taken < this.#rest.byteLength) {
      this.#rest = this.#rest.subarray(taken);
      return;
    }
    this.#rest = undefined;
    if (this.#ended) this.#stream.send.finish();
    // Not from within `write`: the multiplexer looks at the credit itself.
    else queueMicrotask(() => this.#events?.onCredit());
  }
}

/** Less than the stream's own buffer, so that what follows is chosen late. */
const WRITE_BYTES = 64 * 1024;
