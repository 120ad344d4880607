/** Joins what the two ends of a link tell. */
import type { DelayWay, Explanation, FrameFigure, TraceAnswer } from '@longhaul/relay';

/** The delay over both relays: what came before at the receiver, told apart by what the sender measured. */
export interface JoinedWay {
  readonly sender: string;
  readonly receiver: string;
  readonly p95: DelayWay['p95'];
}

/**
 * The way from `one` to `other` or back, as far as both know it. An estimate: the quantiles of two relays are of
 * different frames. Undefined when neither sends to the other.
 */
export function joinWays(one: Explanation, other: Explanation): JoinedWay | undefined {
  return joinFrom(one, other) ?? joinFrom(other, one);
}

function joinFrom(sender: Explanation, receiver: Explanation): JoinedWay | undefined {
  const sent = sender.ways.find(({ direction, peer }) => direction === 'sent' && peer === receiver.relay);
  const came = receiver.ways.find(({ direction, peer }) => direction === 'received' && peer === sender.relay);
  if (sent === undefined || came === undefined) return undefined;
  const { totalMs, parts } = came.p95;
  const queue = Math.min(parts.before, sent.p95.parts.queue);
  const pacing = Math.min(parts.before - queue, sent.p95.parts.pacing);
  const before = parts.before - queue - pacing;
  return {
    sender: sender.relay,
    receiver: receiver.relay,
    p95: { totalMs, parts: { ...parts, before, queue, pacing } },
  };
}

/** A frame at both ends, on the clock of the sender. */
export interface JoinedFrame {
  readonly ordinal: number;
  readonly sender: FrameFigure;
  readonly receiver: FrameFigure;
}

/** The frames that both traces have, and how sure their common clock is. */
export interface JoinedTrace {
  readonly sender: string;
  readonly receiver: string;
  /** Times of the receiver are moved by minus this, ms. */
  readonly offsetMs: number;
  /** They are right to this, ms: half the round trip of the probe. */
  readonly withinMs: number;
  readonly frames: readonly JoinedFrame[];
}

/** Undefined when the traces are of different epochs or neither relay sends to the other. */
export function joinTraces(one: TraceAnswer, other: TraceAnswer): JoinedTrace | undefined {
  if (one.epoch !== other.epoch || one.broadcast !== other.broadcast) return undefined;
  return sendsTo(one, other)
    ? joinFrames(one, other)
    : sendsTo(other, one)
      ? joinFrames(other, one)
      : undefined;
}

function sendsTo(sender: TraceAnswer, receiver: TraceAnswer): boolean {
  return sender.frames.some(({ sendings }) => sendings.some(({ peer }) => peer === receiver.relay));
}

function joinFrames(sender: TraceAnswer, receiver: TraceAnswer): JoinedTrace | undefined {
  const clock = clockOf(sender, receiver);
  if (clock === undefined) return undefined;
  const { offsetMs, withinMs } = clock;
  const received = new Map(receiver.frames.map((frame) => [frame.ordinal, frame]));
  const frames = sender.frames.flatMap((frame) => {
    const there = received.get(frame.ordinal);
    return there === undefined
      ? []
      : [{ ordinal: frame.ordinal, sender: frame, receiver: moved(there, -offsetMs) }];
  });
  return { sender: sender.relay, receiver: receiver.relay, offsetMs, withinMs, frames };
}

/** The receiver's clock minus the sender's; either end may have probed the other, and the shorter round trip tells more. */
function clockOf(
  sender: TraceAnswer,
  receiver: TraceAnswer,
): { offsetMs: number; withinMs: number } | undefined {
  const there = sender.clocks.find(({ peer }) => peer === receiver.relay);
  const here = receiver.clocks.find(({ peer }) => peer === sender.relay);
  const known = [
    ...(there === undefined ? [] : [{ offsetMs: there.offsetMs, withinMs: there.rttMs / 2 }]),
    ...(here === undefined ? [] : [{ offsetMs: -here.offsetMs, withinMs: here.rttMs / 2 }]),
  ].sort((a, b) => a.withinMs - b.withinMs);
  return known[0];
}

function moved(frame: FrameFigure, byMs: number): FrameFigure {
  const shift = (atMs: number | null) => (atMs === null ? null : atMs + byMs);
  return {
    ...frame,
    firstMs: shift(frame.firstMs),
    passedMs: shift(frame.passedMs),
    cameMs: shift(frame.cameMs),
    orderedMs: shift(frame.orderedMs),
    writtenMs: shift(frame.writtenMs),
    sendings: frame.sendings.map((sending) => ({
      ...sending,
      handedMs: shift(sending.handedMs),
      firstSentMs: shift(sending.firstSentMs),
      lastSentMs: shift(sending.lastSentMs),
      ackedMs: shift(sending.ackedMs),
    })),
  };
}
