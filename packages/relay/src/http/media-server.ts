/**
 * The public HTTP listener: media on `/APP/STREAM.flv` (HTTP-FLV, WebSocket-FLV by upgrade), live figures on
 * `/figures.json`, the page on `/`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { BroadcastPath } from '@longhaul/core';
import type { Address } from '../config/address.js';
import { FLV_HEADERS, HttpFlvDelivery } from '../egress/http-flv.js';
import type { Delivery } from '../egress/viewer-session.js';
import { createUpgrader, refuseUpgrade, WebSocketFlvDelivery } from '../egress/websocket-flv.js';
import { RelayError } from '../errors.js';
import type { FiguresBody } from '../figures.js';
import { listen } from '../listen.js';
import * as Names from '../names.js';
import { serveFile } from './static-files.js';

/** What the server asks of the relay. */
export interface MediaServerOptions {
  /** Origins that may read; `*` is any. Asked at each request. */
  cors(): readonly string[];
  domainOf(host: string): string;
  maxConnections(): number;
  /** Whether anything of the broadcast is known here now; answers HEAD. */
  knows(path: BroadcastPath): boolean;
  /** Starts a viewer; false while the relay drains. */
  view(path: BroadcastPath, socket: Socket, delivery: Delivery): boolean;
  figures(host: string): FiguresBody;
  /** At most one line a second of each kind. */
  warn(kind: string, details: object, message: string): void;
  /** Directory of the built page. */
  readonly pageDirectory: string;
}

const METHODS = 'GET, HEAD, OPTIONS';
/** Headers and body of a request must arrive within this. */
const REQUEST_TIMEOUT_MS = 10_000;

/** See the head of the file. */
export class MediaServer {
  readonly #options: MediaServerOptions;
  readonly #server: Server;
  readonly #upgrader = createUpgrader();

  constructor(options: MediaServerOptions) {
    this.#options = options;
    this.#server = createServer({
      noDelay: true,
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
    });
    this.#server.maxConnections = options.maxConnections();
    this.#server.on('request', (request, response) => this.#handle(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head));
  }

  /** Binds; resolves with the real address. Throws `LH_RELAY_LISTEN`. */
  listen(address: Address): Promise<Address> {
    return listen(this.#server, {
      address,
      key: 'http.listen',
      onError: (error) =>
        this.#options.warn('accept', { reason: error.message }, 'cannot accept HTTP connections'),
    });
  }

  /** Applies a changed bound. */
  reload(): void {
    this.#server.maxConnections = this.#options.maxConnections();
  }

  /** Stops accepting; responses under way go on. */
  stopAccepting(): void {
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  /** Cuts what is left. Idempotent. */
  close(): void {
    this.stopAccepting();
    this.#server.closeAllConnections();
    this.#upgrader.close();
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const target = request.url ?? '/';
    this.#setCors(request, response);
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { allow: METHODS }).end();
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', METHODS);
      answer(response, 405, `use ${METHODS}`);
      return;
    }
    const urlPath = target.split('?', 1)[0] ?? '/';
    if (urlPath === '/figures.json') {
      this.#figures(request, response);
      return;
    }
    const named = this.#name(request, target);
    if (named instanceof RelayError) answer(response, 400, named.message);
    else if (named !== undefined) this.#play(named, request, response);
    else void serveFile(this.#options.pageDirectory, urlPath, request, response);
  }

  #play(path: BroadcastPath, request: IncomingMessage, response: ServerResponse): void {
    if (request.method === 'HEAD') {
      if (this.#options.knows(path)) response.writeHead(200, FLV_HEADERS).end();
      else answer(response, 404, '');
      return;
    }
    const { socket } = response;
    // A second request on a connection whose first answer never ends.
    if (socket === null) request.socket.destroy();
    else if (!this.#options.view(path, socket, new HttpFlvDelivery(request, response))) {
      answer(response, 503, 'the relay is draining');
    }
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const { origin, upgrade } = request.headers;
    const key = request.headers['sec-websocket-key'];
    if (
      upgrade?.toLowerCase() !== 'websocket' ||
      request.method !== 'GET' ||
      key === undefined ||
      !KEY.test(key)
    ) {
      refuseUpgrade(socket, 400, 'this is no WebSocket handshake');
      return;
    }
    if (request.headers['sec-websocket-version'] !== '13') {
      refuseUpgrade(socket, 426, 'use WebSocket version 13');
      return;
    }
    if (origin !== undefined && this.#allowedOrigin(origin) === undefined) {
      refuseUpgrade(socket, 403, 'this origin may not read');
      return;
    }
    const named = this.#name(request, request.url ?? '/');
    if (named instanceof RelayError) refuseUpgrade(socket, 400, named.message);
    else if (named === undefined) refuseUpgrade(socket, 404, 'use /APP/STREAM.flv');
    else {
      const delivery = new WebSocketFlvDelivery({ upgrader: this.#upgrader, request, socket, head });
      if (!this.#options.view(named, socket, delivery)) refuseUpgrade(socket, 503, 'the relay is draining');
    }
  }

  #figures(request: IncomingMessage, response: ServerResponse): void {
    const body = JSON.stringify(this.#options.figures(request.headers.host ?? ''));
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    });
    response.end(request.method === 'HEAD' ? '' : body);
  }

  #name(request: IncomingMessage, target: string): BroadcastPath | RelayError | undefined {
    try {
      const address = { host: request.headers.host ?? '', target };
      return Names.fromHttp(address, (host) => this.#options.domainOf(host))?.path;
    } catch (error) {
      if (error instanceof RelayError) return error;
      throw error;
    }
  }

  #setCors(request: IncomingMessage, response: ServerResponse): void {
    const allowed = this.#allowedOrigin(request.headers.origin ?? '');
    if (!this.#options.cors().includes('*')) response.setHeader('vary', 'Origin');
    if (allowed === undefined) return;
    response.setHeader('access-control-allow-origin', allowed);
    response.setHeader('access-control-expose-headers', 'content-length, content-range');
    if (request.method !== 'OPTIONS') return;
    response.setHeader('access-control-allow-methods', METHODS);
    response.setHeader(
      'access-control-allow-headers',
      request.headers['access-control-request-headers'] ?? 'range',
    );
    response.setHeader('access-control-max-age', '86400');
  }

  #allowedOrigin(origin: string): string | undefined {
    const origins = this.#options.cors();
    if (origins.includes('*')) return '*';
    return origins.includes(origin) ? origin : undefined;
  }
}

function answer(response: ServerResponse, status: number, why: string): void {
  const body = why === '' ? '' : `${why}\n`;
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}

/** 16 bytes in base64. RFC 6455 §4.1. */
const KEY = /^[+/0-9A-Za-z]{22}==$/;
