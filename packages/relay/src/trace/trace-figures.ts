/** Frames one by one, as the API tells them. Times are milliseconds of the relay's own clock; null: not so far, or not known. */
import { type Static, Type } from '@sinclair/typebox';

const at = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });

const SendingFigure = Type.Object({
  peer: Type.String(),
  handedMs: at('Its last byte was handed to the transport'),
  firstSentMs: at('Its first byte left'),
  lastSentMs: at('Its last byte had left once'),
  ackedMs: at('The peer has all of it'),
  lostBytes: Type.Number({ description: 'Bytes of it in packets that were lost' }),
});

/** One frame. */
export const FrameFigure = Type.Object({
  ordinal: Type.Number({ description: 'The same at every relay' }),
  track: Type.String(),
  kind: Type.String(),
  bytes: Type.Number(),
  timestamp: Type.Number({ description: "The publisher's: when it was captured, on its clock, ms" }),
  firstMs: at('Its first byte came over a link'),
  passedMs: at('It would have been whole, had nothing been lost'),
  cameMs: at('It was whole: published here, or complete'),
  orderedMs: at('It left the merge'),
  writtenMs: at('It was written to the first viewer'),
  sendings: Type.Array(SendingFigure),
});

/** The answer to `GET /api/v1/trace`. */
export const TraceAnswer = Type.Object(
  {
    relay: Type.String(),
    broadcast: Type.String(),
    epoch: Type.Number(),
    nowMs: Type.Number({ description: 'The clock at the end' }),
    clocks: Type.Array(
      Type.Object({
        peer: Type.String(),
        offsetMs: Type.Number({
          description: "The peer's clock minus ours, from the probe with the least round trip",
        }),
        rttMs: Type.Number({ description: 'Of that probe: the offset is right to half of it' }),
      }),
    ),
    leftOut: Type.Number({ description: 'Frames that did not fit' }),
    frames: Type.Array(FrameFigure),
  },
  { $id: 'Trace' },
);

/** See `FrameFigure`. */
export type FrameFigure = Static<typeof FrameFigure>;
/** See `TraceAnswer`. */
export type TraceAnswer = Static<typeof TraceAnswer>;
