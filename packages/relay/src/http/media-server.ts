/**
 * The public HTTP listener: media on `/APP/STREAM.flv` (HTTP-FLV, WebSocket-FLV by upgrade), live figures on
 * `/figures.json`, where delay comes from on `/explain.json`, the page on `/`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { BroadcastPath } from '@longhaul/core';
import type { Address } from '../config/address.js';
import type { RelayConfig } from '../config/config.js';
import { FLV_HEADERS, HttpFlvDelivery } from '../egress/http-flv.js';
import type { Delivery } from '../egress/viewer-session.js';
import { createUpgrader, refuseUpgrade, WebSocketFlvDelivery } from '../egress/websocket-flv.js';
import { RelayError } from '../errors.js';
import type { FiguresBody } from '../figures.js';
import { listen } from '../listen.js';
import * as Names from '../names.js';
import { capConnections } from './connection-caps.js';
import { type RequestTarget, readTarget } from './request-target.js';
import { serveFile } from './static-files.js';

/** What the server asks of the relay. */
export interface MediaServerOptions {
  domainOf(host: string): string;
  /** Asked again when needed, so that a reload applies; what holds for the life of the server is read once. */
  settings(): RelayConfig['http'];
  /** Whether no cap per address holds for this client. */
  isTrusted(address: string): boolean;
  /** Whether anything of the broadcast is known here now; answers HEAD. */
  knows(path: BroadcastPath): boolean;
  /** Starts a viewer; false while the relay drains. Throws `LH_RELAY_VIEW`. */
  view(named: Names.NamedBroadcast, socket: Socket, delivery: Delivery): boolean;
  figures(host: string): FiguresBody;
  /** What `/explain.json` answers to this query: an object, or why there is none. */
  explain(query: URLSearchParams): object | { readonly unknown: string };
  /** At most one line a second of each kind. */
  warn(kind: string, details: object, message: string): void;
  /** Directory of the built page. */
  readonly pageDirectory: string;
}

/** Why a viewer is not served. */
interface Refusal {
  readonly status: number;
  readonly why: string;
}

const METHODS = 'GET, HEAD, OPTIONS';
/** Between looks at requests whose header does not come. */
const CHECK_MS = 500;

/** See the head of the file. */
export class MediaServer {
  readonly #options: MediaServerOptions;
  readonly #server: Server;
  readonly #upgrader = createUpgrader();

  constructor(options: MediaServerOptions) {
    this.#options = options;
    const { headerTimeoutMs, maxHeaderBytes, maxConnections } = options.settings();
    this.#server = createServer({
      noDelay: true,
      requestTimeout: headerTimeoutMs,
      headersTimeout: headerTimeoutMs,
      maxHeaderSize: maxHeaderBytes,
      connectionsCheckingInterval: CHECK_MS,
    });
    this.#server.maxConnections = maxConnections;
    capConnections(this.#server, {
      maxConnectionsPerAddress: () => options.settings().maxConnectionsPerAddress,
      isTrusted: (address) => options.isTrusted(address),
      onRefused: (source) => options.warn('http-crowd', { source }, 'HTTP connection refused: too many'),
    });
    this.#server.on('drop', () =>
      options.warn('http-full', {}, 'HTTP connection refused: http.maxConnections'),
    );
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
    this.#server.maxConnections = this.#options.settings().maxConnections;
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
    // Nobody pipelines; whoever does could have many files open at once, or wait behind an answer that never ends.
    if (response.socket === null) {
      request.socket.destroy();
      return;
    }
    // Media has bounds of its own; a viewer may have to wait long for the first byte.
    response.setTimeout(this.#options.settings().slowReaderMs, () => request.socket.destroy());
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
    const asked = readTarget(request);
    if (asked === undefined) {
      answer(response, 400, 'the target or Host header is not valid');
      return;
    }
    const { target, host } = asked;
    const urlPath = target.split('?', 1)[0] ?? '/';
    if (urlPath === '/figures.json') {
      answerJson(request, response, 200, this.#options.figures(host));
      return;
    }
    if (urlPath === '/explain.json') {
      const body = this.#options.explain(new URLSearchParams(target.slice(urlPath.length)));
      answerJson(request, response, 'unknown' in body ? 404 : 200, body);
      return;
    }
    const named = this.#name(asked);
    if (named instanceof RelayError) answer(response, 400, named.message);
    else if (named !== undefined) this.#play(named, request, response);
    else void serveFile(this.#options.pageDirectory, urlPath, request, response);
  }

  #play(named: Names.NamedBroadcast, request: IncomingMessage, response: ServerResponse): void {
    if (request.method === 'HEAD') {
      if (this.#options.knows(named.path)) response.writeHead(200, FLV_HEADERS).end();
      else answer(response, 404, '');
      return;
    }
    response.setTimeout(0);
    const refused = this.#view(named, request.socket, new HttpFlvDelivery(request, response));
    if (refused !== undefined) answer(response, refused.status, refused.why);
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
    const asked = readTarget(request);
    if (asked === undefined) {
      refuseUpgrade(socket, 400, 'the target or Host header is not valid');
      return;
    }
    const named = this.#name(asked);
    if (named instanceof RelayError) refuseUpgrade(socket, 400, named.message);
    else if (named === undefined) refuseUpgrade(socket, 404, 'use /APP/STREAM.flv');
    else {
      const delivery = new WebSocketFlvDelivery({ upgrader: this.#upgrader, request, socket, head });
      const refused = this.#view(named, socket, delivery);
      if (refused !== undefined) refuseUpgrade(socket, refused.status, refused.why);
    }
  }

  /** Starts a viewer; what to answer when it is refused. */
  #view(named: Names.NamedBroadcast, socket: Socket, delivery: Delivery): Refusal | undefined {
    try {
      if (this.#options.view(named, socket, delivery)) return undefined;
      return { status: 503, why: 'the relay is draining' };
    } catch (error) {
      if (error instanceof RelayError) return { status: 400, why: error.message };
      throw error;
    }
  }

  #name(asked: RequestTarget): Names.NamedBroadcast | RelayError | undefined {
    try {
      return Names.fromHttp(asked, (host) => this.#options.domainOf(host));
    } catch (error) {
      if (error instanceof RelayError) return error;
      throw error;
    }
  }

  #setCors(request: IncomingMessage, response: ServerResponse): void {
    const allowed = this.#allowedOrigin(request.headers.origin ?? '');
    if (!this.#options.settings().cors.includes('*')) response.setHeader('vary', 'Origin');
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
    const origins = this.#options.settings().cors;
    if (origins.includes('*')) return '*';
    return origins.includes(origin) ? origin : undefined;
  }
}

function answerJson(request: IncomingMessage, response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(request.method === 'HEAD' ? '' : text);
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
