/** RTMP play: chunks that depend on no connection, shared by all viewers on the same message stream. */
import { encodeSharedMedia, type RtmpServerSession, StatusCode } from '@longhaul/flv';
import { type Framing, MESSAGE_TYPES } from './framing.js';
import type { Delivery } from './viewer-session.js';

/** What an RTMP viewer writes through. */
export interface RtmpDeliveryOptions {
  readonly session: RtmpServerSession;
  readonly streamId: number;
  /** Writes what the session has put out. */
  readonly flush: () => void;
  /** Called between the answer to play and the first media. */
  readonly onAnswered: () => void;
  /** Nothing more happens on the stream: the connection ends unless another stream is in use. */
  readonly onDone: () => void;
  /** Cuts the connection. */
  readonly cut: () => void;
}

/** Delivers to one stream of one RTMP connection. */
export class RtmpDelivery implements Delivery {
  readonly protocol = 'rtmp';
  readonly framing: Framing;
  readonly #options: RtmpDeliveryOptions;

  constructor(options: RtmpDeliveryOptions) {
    this.#options = options;
    this.framing = rtmpFraming(options.session.chunkBytes, options.streamId);
  }

  start(): void {
    this.#options.session.acceptPlay(this.#options.streamId);
    // What viewers share follows on the socket directly, so the answer must be out before it.
    this.#options.flush();
    this.#options.onAnswered();
  }

  finish(): void {
    this.#options.session.endPlay(this.#options.streamId);
    this.#options.flush();
    this.#options.onDone();
  }

  refuse(reason: string): void {
    const drained = reason === 'drained';
    this.#options.session.refuse(this.#options.streamId, {
      code: drained ? StatusCode.PLAY_FAILED : StatusCode.PLAY_STREAM_NOT_FOUND,
      description: drained ? 'The relay is draining.' : 'No such broadcast.',
    });
    this.#options.flush();
    this.#options.onDone();
  }

  abort(): void {
    this.#options.cut();
  }
}

/** Shared chunks of one chunk size and message stream id; nearly every client plays on stream 1. */
function rtmpFraming(chunkBytes: number, streamId: number): Framing {
  return {
    key: `rtmp-${chunkBytes}-${streamId}`,
    join: (entries) => {
      const pieces: Uint8Array[] = [];
      for (const { media, timestamp, frame } of entries) {
        const message = { type: MESSAGE_TYPES[media], timestamp, payload: frame.payload };
        pieces.push(...encodeSharedMedia(message, { chunkBytes, streamId }));
      }
      return Buffer.concat(pieces);
    },
  };
}
