/** WebSocket-FLV: the bytes of an FLV file as binary messages. */
import { WebSocket } from 'ws';
import { asCliError, CliError } from '../errors.js';
import { FlvDelivery } from './flv-delivery.js';
import { type MediaSource, OPEN_TIMEOUT_MS, type SourceEvents } from './source.js';
import type { FlvUrl } from './url.js';

/** Larger than any tag batch a server gathers; a bound for what a hostile one may send at once. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const LEAVE_TIMEOUT_MS = 1_000;

/** Opens a WebSocket-FLV stream. */
export class WsFlvSource implements MediaSource {
  readonly #socket: WebSocket;
  readonly #delivery: FlvDelivery;

  constructor(url: FlvUrl, events: SourceEvents) {
    this.#delivery = new FlvDelivery(events, () => this.#socket.terminate());
    this.#socket = new WebSocket(url.target, {
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      handshakeTimeout: OPEN_TIMEOUT_MS,
      finishRequest: (request) => {
        request.once('socket', (socket) => {
          socket.once(url.target.startsWith('wss:') ? 'secureConnect' : 'connect', () =>
            events.onConnected?.(),
          );
        });
        request.end();
      },
    });
    this.#socket.on('open', () => events.onOpen?.({ lengthKnown: false }));
    this.#socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.#delivery.push(data);
    });
    this.#socket.on('unexpected-response', (_request, response) => {
      this.#delivery.end(new CliError('LH_CLI_REFUSED', `${response.statusCode} ${response.statusMessage}`));
    });
    this.#socket.on('error', (error) => this.#delivery.end(asCliError(error, 'LH_CLI_CONNECT')));
    this.#socket.on('close', (code, reason) => this.#onClose(code, reason.toString('utf8')));
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#delivery.leave();
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.resume();
    this.#socket.close();
    // The server closes its end; one that does not is not waited for.
    setTimeout(() => this.#socket.terminate(), LEAVE_TIMEOUT_MS).unref();
  }

  #onClose(code: number, reason: string): void {
    // RFC 6455 §7.4.1: 1000 done, 1001 going away, 1005 no code given.
    const orderly = code === 1000 || code === 1001 || code === 1005;
    const words = reason === '' ? `code ${code}` : `code ${code}: ${reason}`;
    this.#delivery.end(
      orderly ? undefined : new CliError('LH_CLI_CLOSED', `the server closed the WebSocket (${words})`),
    );
  }
}
