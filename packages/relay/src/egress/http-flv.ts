/** HTTP-FLV: an endless response of FLV tags, in HTTP/1.1 chunks so that its end can be told from a cut. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { encodeFlvHeader } from '@longhaul/flv';
import { encodeHttpChunk, FLV_CHUNKED, FLV_PLAIN, type Framing } from './framing.js';
import type { Delivery, MediaFlags } from './viewer-session.js';

/** Headers of a media response that has begun. */
export const FLV_HEADERS = {
  'content-type': 'video/x-flv',
  'cache-control': 'no-store',
  // An endless body: proxies must not gather it.
  'x-accel-buffering': 'no',
} as const;

/** Delivers to one HTTP response. The response's socket is written to directly: viewers share whole chunks. */
export class HttpFlvDelivery implements Delivery {
  readonly protocol = 'http-flv';
  readonly framing: Framing;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#response = response;
    this.framing = request.httpVersion === '1.0' ? FLV_PLAIN : FLV_CHUNKED;
  }

  start(flags: MediaFlags): void {
    const response = this.#response;
    response.shouldKeepAlive = false;
    if (this.framing === FLV_PLAIN) response.useChunkedEncodingByDefault = false;
    else response.setHeader('transfer-encoding', 'chunked');
    response.writeHead(200, FLV_HEADERS);
    response.flushHeaders();
    const header = encodeFlvHeader(flags);
    response.socket?.write(this.framing === FLV_PLAIN ? header : encodeHttpChunk([header]));
  }

  finish(): void {
    const response = this.#response;
    response.end();
    // A client that does not read to the end.
    const goodbye = setTimeout(() => response.destroy(), GOODBYE_MS).unref();
    response.once('close', () => clearTimeout(goodbye));
  }

  refuse(reason: string): void {
    const response = this.#response;
    if (response.headersSent) return;
    const status = reason === 'drained' ? 503 : 404;
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
    response.end(status === 404 ? 'no such broadcast\n' : 'the relay is draining\n');
  }

  abort(): void {
    this.#response.destroy();
  }
}

/** For the last bytes to leave. */
const GOODBYE_MS = 10_000;
