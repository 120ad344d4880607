/** Watches HTTP-FLV and WebSocket-FLV with node's and ws's clients. */
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { FlvReader, type FlvTag } from '@longhaul/flv';
import { type Deferred, deferred } from '@longhaul/testkit';
import { WebSocket } from 'ws';

/** One viewer of a test. */
export interface FlvViewer {
  readonly tags: FlvTag[];
  /** When each tag was complete, ms. */
  readonly arrivedMs: number[];
  readonly reader: FlvReader;
  /** Resolves with true when the end of the response was a proper one. */
  readonly over: Promise<boolean>;
  close(): void;
}

/** A viewer over HTTP; `response` resolves with what the relay answered. */
export class HttpFlvViewer implements FlvViewer {
  readonly tags: FlvTag[] = [];
  readonly arrivedMs: number[] = [];
  readonly reader = new FlvReader();
  readonly response: Promise<IncomingMessage>;
  readonly over: Promise<boolean>;
  onTag: ((tag: FlvTag) => void) | undefined;
  readonly #request: ClientRequest;
  readonly #response: Deferred<IncomingMessage> = deferred();
  readonly #over: Deferred<boolean> = deferred();
  #paused: IncomingMessage | undefined;

  constructor(url: string) {
    this.response = this.#response.promise;
    this.response.catch(() => undefined);
    this.over = this.#over.promise;
    this.#request = get(url, { agent: false }, (response) => {
      this.#response.resolve(response);
      this.#paused = response;
      response.on('data', (bytes: Buffer) => {
        if (response.statusCode === 200) this.#take(bytes);
      });
      response.on('end', () => this.#over.resolve(response.complete));
      response.on('close', () => this.#over.resolve(response.complete));
      response.on('error', () => this.#over.resolve(false));
    });
    this.#request.on('error', (error) => {
      this.#response.reject(error);
      this.#over.resolve(false);
    });
  }

  /** Reads no more until `resume`. */
  pause(): void {
    this.#paused?.pause();
  }

  resume(): void {
    this.#paused?.resume();
  }

  close(): void {
    this.#request.destroy();
  }

  #take(bytes: Buffer): void {
    const nowMs = performance.now();
    for (const tag of this.reader.push(bytes)) {
      this.tags.push(tag);
      this.arrivedMs.push(nowMs);
      this.onTag?.(tag);
    }
  }
}

/** A viewer over WebSocket. */
export class WebSocketFlvViewer implements FlvViewer {
  readonly tags: FlvTag[] = [];
  readonly arrivedMs: number[] = [];
  readonly reader = new FlvReader();
  readonly over: Promise<boolean>;
  /** Code of the relay's close frame, or the status of a refused upgrade. */
  code: number | undefined;
  readonly #webSocket: WebSocket;

  constructor(url: string, options: { origin?: string } = {}) {
    const over = deferred<boolean>();
    this.over = over.promise;
    this.#webSocket = new WebSocket(url, options);
    this.#webSocket.on('message', (bytes: Buffer) => {
      const nowMs = performance.now();
      for (const tag of this.reader.push(bytes)) {
        this.tags.push(tag);
        this.arrivedMs.push(nowMs);
      }
    });
    this.#webSocket.on('unexpected-response', (_request, response) => {
      this.code = response.statusCode;
      over.resolve(false);
    });
    this.#webSocket.on('close', (code) => {
      this.code ??= code;
      over.resolve(code === 1000);
    });
    this.#webSocket.on('error', () => over.resolve(false));
  }

  close(): void {
    this.#webSocket.terminate();
  }
}
