/** HTTP-FLV: an FLV file that does not end, as the body of a GET. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { asCliError, CliError } from '../errors.js';
import { FlvDelivery } from './flv-delivery.js';
import { type MediaSource, OPEN_TIMEOUT_MS, type SourceEvents } from './source.js';
import type { FlvUrl } from './url.js';

const MAX_REASON_BYTES = 512;

/** Opens an HTTP-FLV stream. */
export class HttpFlvSource implements MediaSource {
  readonly #events: SourceEvents;
  readonly #request: ClientRequest;
  readonly #delivery: FlvDelivery;
  #response: IncomingMessage | undefined;

  constructor(url: FlvUrl, events: SourceEvents) {
    this.#events = events;
    this.#delivery = new FlvDelivery(events, () => this.#request.destroy());
    const start = url.target.startsWith('https:') ? httpsRequest : httpRequest;
    this.#request = start(url.target, {
      agent: false,
      headers: { accept: 'video/x-flv', 'user-agent': 'longhaul' },
    });
    this.#request.setTimeout(OPEN_TIMEOUT_MS, () => {
      if (this.#response === undefined)
        this.#delivery.end(new CliError('LH_CLI_CONNECT', `no answer within ${OPEN_TIMEOUT_MS / 1000} s`));
    });
    this.#request.on('socket', (socket) => {
      socket.setNoDelay(true);
      socket.once(url.target.startsWith('https:') ? 'secureConnect' : 'connect', () =>
        events.onConnected?.(),
      );
    });
    this.#request.on('error', (error) => this.#delivery.end(asCliError(error, 'LH_CLI_CONNECT')));
    this.#request.on('response', (response) => this.#onResponse(response));
    this.#request.end();
  }

  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  close(): void {
    this.#delivery.leave();
    this.#request.destroy();
  }

  #onResponse(response: IncomingMessage): void {
    this.#response = response;
    if (response.statusCode !== 200) {
      this.#refused(response);
      return;
    }
    this.#events.onOpen?.({ lengthKnown: response.headers['content-length'] !== undefined });
    response.on('data', (bytes: Buffer) => this.#delivery.push(bytes));
    response.once('end', () => this.#delivery.end(undefined));
    response.once('error', (error) => this.#delivery.end(asCliError(error, 'LH_CLI_CLOSED')));
  }

  #refused(response: IncomingMessage): void {
    let reason = '';
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      reason += text;
      if (reason.length > MAX_REASON_BYTES) response.destroy();
    });
    response.once('close', () => {
      const status = `${response.statusCode} ${response.statusMessage}`;
      const words = reason.trim().split('\n', 1)[0]?.slice(0, 200) ?? '';
      this.#delivery.end(new CliError('LH_CLI_REFUSED', words === '' ? status : `${status}: ${words}`));
    });
  }
}
