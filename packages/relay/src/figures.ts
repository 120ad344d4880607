/** What the relay tells of itself: the rows of the admin API and of `GET /figures.json`. Every number is measured; what is not known is absent. */
import { type Static, Type } from '@sinclair/typebox';

const count = (description: string) => Type.Integer({ minimum: 0, description });
const maybeCount = (description: string) => Type.Optional(count(description));
const maybeNumber = (description: string) => Type.Optional(Type.Number({ description }));

const drops = (description: string) =>
  Type.Optional(Type.Record(Type.String(), Type.Record(Type.String(), count('Frames')), { description }));

/** One broadcast at this relay. */
export const BroadcastFigure = Type.Object(
  {
    path: Type.String({ description: 'domain/app/stream' }),
    epoch: count('Grows with each publisher; 0 while none has come'),
    state: Type.Union([Type.Literal('live'), Type.Literal('waiting'), Type.Literal('ended')], {
      description: 'waiting: asked for, no source yet; ended: the publisher left and the linger runs',
    }),
    source: Type.Optional(
      Type.Object({
        kind: Type.Union([Type.Literal('publisher'), Type.Literal('link')]),
        name: Type.String({ description: "The publisher's address or the peer's relay id" }),
      }),
    ),
    viewers: count('Viewers here now, all protocols'),
    downstream: count('Subscriptions of other relays'),
    tracks: Type.Array(Type.Object({ name: Type.String(), codec: Type.Optional(Type.String()) })),
    bytesReceived: count('Media payload bytes of this epoch'),
    framesReceived: count('Frames of this epoch'),
    linkDrops: drops('Frames of it that did not cross the links open now, by reason and kind'),
    announcedBy: Type.Array(Type.String(), { description: 'Peers that have it, by relay id' }),
    bufferedMs: maybeNumber('Media time in the cache'),
    bufferedBytes: maybeCount('Bytes in the cache, overhead counted'),
    groups: maybeCount('Groups in the cache, all tracks'),
    lagMs: maybeNumber('How much later than the best frame of this epoch the newest one came'),
    egress: Type.Optional(
      Type.Object(
        {
          skips: count('How often viewers skipped to a newer key frame'),
          lost: Type.Object(
            {
              join: count('Depended on a key frame from before their start'),
              lag: count('They were too far behind and skipped'),
              stall: count('They were cut off while it waited'),
            },
            { description: 'Frames that viewers did not get for reasons of their own, for each of them' },
          ),
          refused: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
            description:
              'Frames that no viewer got, by reason: late, no-key-frame, no-init, dropped (on a link), broken (refers to one of these)',
          }),
          overtaken: count('Frames that waited for the rest of an older group of their track'),
          overtakenGivenUp: count('How often that rest was given up'),
          jitterMs: maybeNumber('What the jitter buffer adds now; absent without one'),
        },
        { description: 'Of the viewers here since the first of them came, those that left included' },
      ),
    ),
    play: Type.Object({
      flv: Type.Optional(Type.String()),
      webSocket: Type.Optional(Type.String()),
      rtmp: Type.Optional(Type.String()),
    }),
  },
  { $id: 'Broadcast' },
);

/** Repair on one link over QUIC, docs/wire.md section 6. */
const RepairFigure = Type.Object(
  {
    understood: Type.Boolean({
      description: 'The peer understands symbols; before it says so none are sent',
    }),
    loss: Type.Number({ description: 'Share of our packets that are lost, 0 to 1' }),
    burst: Type.Number({ description: 'Packets lost in a row, mean; 0: none was' }),
    sentOnLoss: count('Symbols sent for what was lost'),
    sentAhead: count('Symbols sent before any loss'),
    sentBytes: count('Bytes of both'),
    cancelled: count('Symbols not sent: what they repair was acknowledged meanwhile'),
    refusedByBudget: count('Symbols not sent: link.repair.maxShare was used up'),
    refusedByQueue: count('Symbols not sent: the link was too slow for the streams themselves'),
    received: count('Symbols that came'),
    used: count('Of those, part of a repair'),
    useless: count('Of those, too late, twice, or for what could not be restored'),
    wrong: count('Symbols and blocks that broke a rule or did not match their checksum'),
    repairedBytes: count('Bytes that symbols brought before their stream did'),
  },
  { description: 'Repair since the link opened; only over QUIC' },
);

/** One link. The counters are there while it is connected. */
export const LinkFigure = Type.Object(
  {
    peer: Type.String({ description: 'Relay id' }),
    address: Type.Optional(Type.String()),
    side: Type.Union([Type.Literal('dialer'), Type.Literal('acceptor')]),
    state: Type.Union([
      Type.Literal('connecting'),
      Type.Literal('open'),
      Type.Literal('draining'),
      Type.Literal('closed'),
    ]),
    transport: Type.Optional(
      Type.Union(
        [Type.Literal('quic'), Type.Literal('tcp'), Type.Literal('quic-tunnel'), Type.Literal('h2')],
        { description: 'What carries it' },
      ),
    ),
    congestion: Type.Optional(
      Type.String({ description: 'Congestion control algorithm of what is sent here' }),
    ),
    congestionPhase: Type.Optional(
      Type.String({ description: 'Where the algorithm stands, such as startup' }),
    ),
    rttMs: maybeNumber('Smoothed round trip'),
    minRttMs: maybeNumber('Least round trip'),
    cwndBytes: maybeCount('Congestion window'),
    bytesInFlight: maybeCount('Sent and not acknowledged'),
    pacingRateBps: maybeNumber('Rate asked of the pacer, bit/s; 0: unpaced'),
    deliveryRateBps: maybeNumber('Newest sample of goodput, bit/s'),
    notSentBytes: maybeCount('With the kernel or the engine and not sent'),
    bytesSent: maybeCount('UDP payload; TCP payload on tcp'),
    bytesReceived: maybeCount('UDP payload; TCP payload on tcp'),
    packetsSent: maybeCount('Packets; segments on tcp'),
    packetsReceived: maybeCount('Packets; segments on tcp'),
    packetsLost: maybeCount('Packets declared lost; segments sent again on tcp'),
    datagramsDropped: maybeCount('Datagrams dropped here'),
    mtuBytes: maybeCount('Largest UDP payload now; segment size on tcp'),
    bytesQueued: maybeCount('Written and not yet with the engine'),
    streamsOpen: maybeCount('Media streams open now, both directions'),
    subscriptionsIn: maybeCount('Subscriptions of the peer to our broadcasts'),
    subscriptionsOut: maybeCount('Our subscriptions to its broadcasts'),
    mediaBytesSent: maybeCount('Payload of frames handed to the transport'),
    mediaBytesReceived: maybeCount('Payload of frames that came whole'),
    framesSent: maybeCount('Frames handed to the transport'),
    framesReceived: maybeCount('Frames that came whole'),
    framesDropped: maybeCount('Frames that did not cross, both directions'),
    drops: drops('The same by reason and kind: expired, skipped, evicted ... and by-peer'),
    repair: Type.Optional(RepairFigure),
  },
  { $id: 'Link' },
);

/** Who answers. */
export const RelayFigure = Type.Object(
  {
    id: Type.String(),
    role: Type.String(),
    region: Type.Optional(Type.String()),
    version: Type.String(),
    uptimeMs: Type.Number(),
  },
  { $id: 'Relay' },
);

/** Body of `GET /figures.json`. */
export const FiguresBody = Type.Object({
  nowMs: Type.Number({ description: "The relay's monotonic clock, for rates out of counters" }),
  relay: RelayFigure,
  urls: Type.Object({ push: Type.Optional(Type.String()), rtmp: Type.Optional(Type.String()) }),
  broadcasts: Type.Array(BroadcastFigure),
  links: Type.Array(LinkFigure),
});

/** See `BroadcastFigure`. */
export type BroadcastFigure = Static<typeof BroadcastFigure>;
/** See `LinkFigure`. */
export type LinkFigure = Static<typeof LinkFigure>;
/** See `RelayFigure`. */
export type RelayFigure = Static<typeof RelayFigure>;
/** See `FiguresBody`. */
export type FiguresBody = Static<typeof FiguresBody>;

/** Where the figures come from; asked at each request, never kept. */
export interface FigureSource {
  relay(): RelayFigure;
  broadcasts(): BroadcastFigure[];
  links(): LinkFigure[];
  /** False once the relay drains. */
  healthy(): boolean;
}
