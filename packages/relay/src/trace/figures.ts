/** Where the delay of the last minute came from, as the API, the page and the command line show it. */
import { type Static, Type } from '@sinclair/typebox';

const ms = (description: string) => Type.Number({ description });
const count = (description: string) => Type.Integer({ minimum: 0, description });
const maybe = (description: string) => Type.Optional(Type.Number({ description }));

/** Milliseconds of each part of a delay. */
export const DelayParts = Type.Object({
  before: ms(
    'Before its first byte was here: the publisher, the queue and the pacing of the relay before, jitter',
  ),
  queue: ms('In the send queue of this relay'),
  pacing: ms('With the transport, until its last byte had left'),
  flight: ms('The path: half of its least round trip'),
  transfer: ms('From its first byte to its last one'),
  recovery: ms('Then waiting for lost packets'),
  merge: ms('For earlier frames of other tracks'),
  jitter: ms('In the jitter buffer, which evens out what came before it'),
  egress: ms('Until it was written to a viewer'),
});

const Quantile = Type.Object({ totalMs: Type.Number(), parts: DelayParts });
const Second = Type.Object({ frames: Type.Number(), worstMs: Type.Number(), parts: DelayParts });

/** The frames of the last minute on one way in or out of this relay. */
export const DelayWay = Type.Object({
  direction: Type.Union([Type.Literal('published'), Type.Literal('received'), Type.Literal('sent')]),
  peer: Type.Optional(Type.String({ description: 'The other end of the link' })),
  sentence: Type.String({ description: 'What p95 was made of, in words' }),
  frames: count('Frames that were measured'),
  p50: Quantile,
  p95: Quantile,
  p99: Quantile,
  worstMs: ms('The latest frame'),
  recovered: Type.Object(
    { frames: Type.Number(), meanMs: Type.Number() },
    {
      description: 'Frames that waited for lost packets',
    },
  ),
  keys: Type.Object(Second.properties, { description: 'Key frames alone' }),
  seconds: Type.Array(Second, {
    description: 'The last 60 seconds that are over, the oldest first: means',
  }),
});

/** One link's counters of the last minute. */
export const LinkMinuteFigure = Type.Object({
  peer: Type.String(),
  spanMs: ms('What is looked back on'),
  rttMs: ms('Mean smoothed round trip'),
  minRttMs: ms('Least round trip'),
  sentBps: ms('Sent, bit/s of UDP payload'),
  receivedBps: ms('Received, bit/s of UDP payload'),
  packetsSent: count('Packets sent'),
  packetsLost: count('Of those, lost'),
  lossBurst: maybe('Packets lost one after the other, on average'),
  repeatedBytes: maybe('Stream bytes sent again'),
  datagramBytes: maybe('Bytes sent in datagrams: repair'),
  warmUpBytes: maybe('Padding that the link was warmed up with before it carried media'),
  repairs: Type.Optional(Type.Boolean({ description: 'The peer understands repair symbols' })),
  repairSymbolsSent: maybe('Repair symbols sent'),
  repairSymbolsRefused: maybe(
    'Repair symbols that were wanted and not sent: the budget or the link was full',
  ),
  repairSymbolsReceived: maybe('Repair symbols that came'),
  repairedBytes: maybe('Bytes that the symbols of the peer have filled in here'),
  dropped: Type.Record(Type.String(), Type.Number(), {
    description: 'Frames that did not cross, by reason',
  }),
  algorithm: Type.Optional(Type.String()),
  algorithmSwitches: count('Times that another algorithm took over'),
  openings: count('Times that the link was opened'),
  opening: Type.Optional(
    Type.Object(
      {
        connectMs: maybe('Until the handshake was over'),
        earlyData: Type.Optional(
          Type.Union([Type.Literal('accepted'), Type.Literal('rejected')], {
            description: 'What became of what was sent before the handshake was over; absent: nothing was',
          }),
        ),
        rememberedBps: maybe(
          'Rate that the link before it had learned and this one knew at its beginning, bit/s',
        ),
      },
      { description: 'How the link began, when that was in the last minute' },
    ),
  ),
  deliveryRateBps: maybe('What the path delivers'),
  appLimited: Type.Optional(Type.Boolean({ description: 'The path could carry more than there is' })),
});

/** Those who watch a broadcast here. */
export const ViewersFigure = Type.Object({
  now: count('Viewers there are'),
  skips: count('Times that one was too far behind and skipped ahead; 60 stands for more as well'),
});

/** The answer to `GET /api/v1/explain`. */
export const Explanation = Type.Object(
  {
    subject: Type.Object({
      kind: Type.Union([Type.Literal('link'), Type.Literal('broadcast')]),
      name: Type.String(),
    }),
    relay: Type.String({ description: 'Who answers' }),
    ways: Type.Array(DelayWay, { description: 'Empty when no frame came in the last minute' }),
    links: Type.Array(LinkMinuteFigure),
    viewers: Type.Optional(ViewersFigure),
    mechanisms: Type.Array(Type.String(), { description: 'What each mechanism did, in words' }),
    advice: Type.Array(Type.String(), { description: 'What to try, backed by the figures' }),
  },
  { $id: 'Explanation' },
);

/** See `DelayParts`. */
export type DelayParts = Static<typeof DelayParts>;
/** See `DelayWay`. */
export type DelayWay = Static<typeof DelayWay>;
/** See `LinkMinuteFigure`. */
export type LinkMinuteFigure = Static<typeof LinkMinuteFigure>;
/** See `ViewersFigure`. */
export type ViewersFigure = Static<typeof ViewersFigure>;
/** See `Explanation`. */
export type Explanation = Static<typeof Explanation>;
