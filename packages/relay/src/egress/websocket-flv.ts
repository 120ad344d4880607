/** WebSocket-FLV: the FLV header and then tags as binary messages. The upgrade is answered when there is something to see. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { encodeFlvHeader } from '@longhaul/flv';
import { type WebSocket, WebSocketServer } from 'ws';
import { encodeWebSocketMessage, FLV_WEBSOCKET } from './framing.js';
import type { Delivery, MediaFlags } from './viewer-session.js';

/** Viewers send nothing but control frames. */
const MAX_RECEIVED_BYTES = 4_096;
/** How long a viewer has to answer a close. */
const CLOSE_WAIT_MS = 1_000;
const NORMAL_CLOSURE = 1000;
const TRY_AGAIN_LATER = 1013;

/** Accepts upgrades. One is enough for all viewers of a server. */
export function createUpgrader(): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_RECEIVED_BYTES,
    clientTracking: false,
    // Answered below, within bounds.
    autoPong: false,
  });
}

/** Answers an upgrade that is refused. */
export function refuseUpgrade(socket: Socket, status: number, why: string): void {
  const body = `${why}\n`;
  socket.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncache-control: no-store\r\n` +
      `content-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  socket.destroySoon();
}

/** Delivers to one WebSocket. Tags go to its socket directly, as whole messages that viewers share; `ws` does the rest. */
export class WebSocketFlvDelivery implements Delivery {
  readonly protocol = 'websocket-flv';
  readonly framing = FLV_WEBSOCKET;
  readonly #upgrader: WebSocketServer;
  readonly #request: IncomingMessage;
  readonly #socket: Socket;
  readonly #head: Buffer;
  #webSocket: WebSocket | undefined;

  constructor(options: {
    upgrader: WebSocketServer;
    request: IncomingMessage;
    socket: Socket;
    head: Buffer;
  }) {
    this.#upgrader = options.upgrader;
    this.#request = options.request;
    this.#socket = options.socket;
    this.#head = options.head;
  }

  start(flags: MediaFlags): void {
    // Synchronous without a verifyClient: the answer stands before the first tag. A bad handshake is answered by ws.
    this.#upgrader.handleUpgrade(this.#request, this.#socket, this.#head, (webSocket) => {
      this.#webSocket = webSocket;
      webSocket.on('error', () => webSocket.terminate());
      boundReceived(webSocket, this.#socket);
    });
    // Refused by ws in its own words: a header that it does not take.
    if (this.#webSocket === undefined) return;
    this.#socket.write(encodeWebSocketMessage([encodeFlvHeader(flags)]));
  }

  finish(reason: string): void {
    this.#webSocket?.close(reason === 'drained' ? TRY_AGAIN_LATER : NORMAL_CLOSURE, reason.slice(0, 100));
    setTimeout(() => this.#webSocket?.terminate(), CLOSE_WAIT_MS).unref();
  }

  refuse(reason: string): void {
    if (reason === 'drained') refuseUpgrade(this.#socket, 503, 'the relay is draining');
    else refuseUpgrade(this.#socket, 404, 'no such broadcast');
  }

  abort(): void {
    this.#socket.destroy();
  }
}

/** Answers pings while the socket has room, and ends a viewer that floods: it has nothing to say. */
function boundReceived(webSocket: WebSocket, socket: Socket): void {
  let left = MAX_RECEIVED_FRAMES;
  let sinceMs = performance.now();
  const count = (): void => {
    const nowMs = performance.now();
    if (nowMs - sinceMs >= RECEIVED_SPAN_MS) {
      left = MAX_RECEIVED_FRAMES;
      sinceMs = nowMs;
    }
    left -= 1;
    if (left >= 0) return;
    webSocket.close(POLICY_VIOLATION, 'too many frames');
    webSocket.terminate();
  };
  webSocket.on('message', count);
  webSocket.on('pong', count);
  webSocket.on('ping', (data) => {
    count();
    // RFC 6455 §5.5.2 asks for the newest ping's answer only; one who does not read gets none.
    if (webSocket.readyState === webSocket.OPEN && !socket.writableNeedDrain) webSocket.pong(data);
  });
}

const MAX_RECEIVED_FRAMES = 100;
const RECEIVED_SPAN_MS = 1_000;
const POLICY_VIOLATION = 1008;
