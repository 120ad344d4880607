/** An RTMP client written by hand: says what a test wants, true or not. */
import { connect, type Socket } from 'node:net';
import { type AmfValue, amfObject, encodeAmf } from '@longhaul/flv';

/** One message and the lies about it. */
export interface RawMessage {
  readonly type: number;
  readonly payload: Uint8Array;
  readonly streamId?: number;
  readonly chunkStreamId?: number;
  /** What the header says; the payload's length when absent. */
  readonly declaredBytes?: number;
}

/** Chunks of 128 bytes, or of `chunkBytes`. */
export function chunks(message: RawMessage, chunkBytes = 128): Buffer {
  const { type, payload, streamId = 0, chunkStreamId = 3, declaredBytes = payload.length } = message;
  const head = Buffer.alloc(11);
  head.writeUIntBE(declaredBytes, 3, 3);
  head[6] = type;
  head.writeUInt32LE(streamId, 7);
  const parts: Uint8Array[] = [basicHeader(0, chunkStreamId), head, payload.subarray(0, chunkBytes)];
  for (let at = chunkBytes; at < payload.length; at += chunkBytes) {
    parts.push(basicHeader(3, chunkStreamId), payload.subarray(at, at + chunkBytes));
  }
  return Buffer.concat(parts);
}

/** A command message. */
export function command(name: string, values: readonly AmfValue[], streamId = 0): RawMessage {
  return { type: 20, streamId, payload: encodeAmf([name, 1, ...values]) };
}

/** Set Chunk Size. */
export function chunkSize(bytes: number): RawMessage {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes);
  return { type: 1, payload, chunkStreamId: 2 };
}

/** C0, C1 and C2 of zeros. */
export const HANDSHAKE = Buffer.concat([Buffer.of(3), Buffer.alloc(2 * 1536)]);

/** Handshake, connect, createStream. */
export function opening(app = 'live'): Buffer {
  const connecting = command('connect', [amfObject({ app, tcUrl: `rtmp://127.0.0.1/${app}` })]);
  return Buffer.concat([HANDSHAKE, chunks(connecting), chunks(command('createStream', [null]))]);
}

/** `publish` on stream 1. */
export function publishing(name: string): Buffer {
  return chunks(command('publish', [null, name, 'live'], 1));
}

/** `play` on stream 1. */
export function playing(name: string): Buffer {
  return chunks(command('play', [null, name], 1));
}

/** A socket to the relay at `rtmp://host:port/app`. */
export class RawRtmp {
  readonly socket: Socket;
  /** Resolves with the ms from `offend` (or the connection) until the relay closed. */
  readonly closed: Promise<number>;
  #sinceMs = performance.now();
  #received = '';

  constructor(rtmp: string, options: { localAddress?: string } = {}) {
    const { hostname, port } = new URL(rtmp.replace('rtmp', 'http'));
    this.socket = connect({ host: hostname, port: Number(port), noDelay: true, ...options });
    this.socket.on('error', () => undefined);
    this.socket.on('data', (bytes) => {
      this.#received += bytes.toString('latin1');
    });
    this.closed = new Promise((resolve) =>
      this.socket.once('close', () => resolve(performance.now() - this.#sinceMs)),
    );
  }

  /** All that came, as Latin-1. */
  get received(): string {
    return this.#received;
  }

  /** Sends what gets the connection closed; from here `closed` counts. */
  offend(...parts: readonly Uint8Array[]): Promise<number> {
    this.#sinceMs = performance.now();
    for (const part of parts) this.socket.write(part);
    return this.closed;
  }
}

function basicHeader(format: number, id: number): Uint8Array {
  return id < 64 ? Uint8Array.of((format << 6) | id) : Uint8Array.of(format << 6, id - 64);
}
