import { MediaCode } from '../codes.js';
import { WireError } from '../errors.js';
import { MAX_PATH_BYTES, MAX_SELECTED_TRACKS } from '../limits.js';
import { mediaOf, type TrackId } from '../media/track-id.js';
import { checkCount, checkText, type MessageCodec } from './message-codec.js';
import { longhaul, readerOf } from './protobuf.js';

/** Where a subscription begins: at the newest group, or at the oldest one the publisher still holds. */
export type Start = 'newest' | 'earliest';

/** Asks for a broadcast. docs/wire.md §4.4. */
export interface Subscribe {
  readonly kind: 'subscribe';
  /** Chosen by the subscriber, never used twice on a connection; the streams that answer carry it. */
  readonly subscriptionId: number;
  readonly path: string;
  /** Tracks wanted; empty means all, those that begin later included. */
  readonly tracks: readonly TrackId[];
  readonly start: Start;
  /** How late a frame may be to be of use, milliseconds; 0 means any. */
  readonly latencyBudgetMs: number;
  /** Go on in `epoch` after the frame with `ordinal`; overrides `start` when that epoch is still served. */
  readonly resume: { readonly epoch: number; readonly ordinal: number } | undefined;
}

/** Codec of Subscribe. */
export const codec: MessageCodec<Subscribe> = {
  kind: 'subscribe',
  type: 0x20,
  maxBytes: 4_096,
  encodeBody: (message) =>
    longhaul.v1.Subscribe.encode({
      subscriptionId: message.subscriptionId,
      path: message.path,
      tracks: message.tracks.map(({ media, index }) => ({ media: MediaCode[media], index })),
      start: message.start === 'newest' ? 0 : 1,
      latencyBudgetMs: message.latencyBudgetMs,
      resume: message.resume ?? null,
    }).finish(),
  decodeBody: (bytes) => {
    const body = longhaul.v1.Subscribe.decode(readerOf(bytes));
    if (body.start > 1) throw new WireError('LH_WIRE_RANGE', `Subscribe.start ${body.start} is unknown`);
    // pbts gives nested messages optional fields; decoding always makes whole ones.
    const tracks = checkCount('Subscribe.tracks', body.tracks as TrackSelector[], MAX_SELECTED_TRACKS);
    const resume = body.resume as longhaul.v1.Resume | null;
    return {
      kind: 'subscribe',
      subscriptionId: body.subscriptionId,
      path: checkText('Subscribe.path', body.path, { minBytes: 1, maxBytes: MAX_PATH_BYTES }),
      tracks: tracks.map(({ media, index }) => ({ media: mediaOf(media), index })),
      start: body.start === 0 ? 'newest' : 'earliest',
      latencyBudgetMs: body.latencyBudgetMs,
      resume: resume === null ? undefined : { epoch: resume.epoch, ordinal: resume.ordinal },
    };
  },
};

type TrackSelector = longhaul.v1.TrackSelector;
