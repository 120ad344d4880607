/** The delays of what one link sends: in our queue, in the transport, and in waiting for what was lost. */
import type { Frame } from '../frame.js';
import type { TracedSending } from './frame-trace.js';
import type { InboundDelays } from './inbound.js';
import { Minute } from './minute.js';
import { DELAY_PARTS, type DelayPart } from './parts.js';

/** What happened to a packet that carries bytes `start` to `end` of a stream of ours. */
export interface PacketNews {
  readonly fate: 'sent' | 'acked' | 'lost';
  /** The same in all news of a packet. */
  readonly packet: number;
  /** On the clock of the session, ms. */
  readonly atMs: number;
  /** `SendStream.id`. */
  readonly streamId: number;
  readonly start: number;
  readonly end: number;
}

/** A broadcast that is served over the link. */
export interface Sending {
  /** Counts its frames. */
  readonly minute: Minute;
  /** Frames that came earlier were for its start: they have waited for the subscriber, not for us. */
  readonly sinceMs: number;
  /** Of the broadcast that it sends. */
  readonly inbound: InboundDelays;
}

/** A frame that was handed to the transport. */
export interface Handing {
  readonly sending: Sending;
  readonly frame: Frame;
  readonly streamId: number;
  /** Its place in the stream. */
  readonly start: number;
  readonly end: number;
  readonly nowMs: number;
}

/**
 * Inputs: `handed` for each frame, `news` of packets where the transport tells them. Outputs: the minutes of the link and of
 * its subscriptions. With news only the frames of streams that there is news of count, when the peer has all of them.
 */
export class LinkDelays {
  readonly peer: string;
  /** Frames that this end sends. */
  readonly sent = new Minute();
  /** Frames that came. */
  readonly received = new Minute();
  /** Whether packets of this stream will be told of; undefined: of none. */
  follows: ((streamId: number) => boolean) | undefined;
  readonly #sendings = new Map<string, Sending>();
  readonly #streams = new Map<number, FollowedStream>();
  /** When packets left that may be acknowledged yet. */
  readonly #leftMs = new Map<number, number>();

  constructor(peer: string) {
    this.peer = peer;
  }

  /** The broadcasts that are served now, by path. */
  get sendings(): ReadonlyMap<string, Sending> {
    return this.#sendings;
  }

  /** The frames of a broadcast are sent from now on. */
  serve(path: string, inbound: InboundDelays, nowMs: number): Sending {
    const sending: Sending = { minute: new Minute(), sinceMs: nowMs, inbound };
    this.#sendings.set(path, sending);
    return sending;
  }

  /** They are no more. */
  served(path: string, sending: Sending): void {
    if (this.#sendings.get(path) === sending) this.#sendings.delete(path);
  }

  /** The last byte of a frame was handed to the transport. */
  handed(handing: Handing): void {
    const { sending, frame, streamId, nowMs } = handing;
    const cameMs = sending.inbound.cameMs(frame.ordinal);
    if (cameMs === undefined) return;
    const traced = sending.inbound.trace?.sending(frame.ordinal, this.peer);
    if (traced !== undefined) traced.handedMs = nowMs;
    const isLive = cameMs >= sending.sinceMs;
    const followed = this.follows?.(streamId) === true;
    if (followed) {
      const unknown = { firstMs: undefined, lastMs: undefined, neededMs: 0 };
      this.#streamOf(streamId).frames.push({ handing, cameMs, isLive, traced, ...unknown });
    } else if (this.follows === undefined && isLive) {
      this.#count(handing, cameMs, { queueMs: nowMs - cameMs, pacingMs: 0, recoveryMs: 0 });
    }
  }

  /** News of packets, in the order in which they happened. */
  news(news: Iterable<PacketNews>): void {
    for (const each of news) {
      const stream = this.#streams.get(each.streamId);
      if (stream === undefined) continue;
      if (each.fate === 'sent') this.#left(stream, each);
      else if (each.fate === 'acked') this.#arrived(stream, each);
      else lost(stream, each);
    }
  }

  #left(stream: FollowedStream, { packet, atMs, start, end }: PacketNews): void {
    this.#leftMs.set(packet, atMs);
    forgetOldest(this.#leftMs, MAX_PACKETS);
    if (end <= stream.head) return;
    for (const frame of stream.frames) {
      if (frame.handing.start >= end) break;
      if (start < frame.handing.end) frame.firstMs ??= atMs;
      if (end >= frame.handing.end) frame.lastMs ??= atMs;
    }
    stream.head = end;
  }

  #arrived(stream: FollowedStream, { packet, atMs, start, end }: PacketNews): void {
    const leftMs = this.#leftMs.get(packet) ?? 0;
    this.#leftMs.delete(packet);
    for (const frame of stream.frames) {
      if (frame.handing.start >= end) break;
      const news = Math.min(end, frame.handing.end) > Math.max(start, frame.handing.start);
      if (news && !isCovered(stream.acked, frame.handing)) frame.neededMs = Math.max(frame.neededMs, leftMs);
    }
    cover(stream.acked, start, end);
    const open: FollowedFrame[] = [];
    for (const frame of stream.frames) {
      if (isCovered(stream.acked, frame.handing)) this.#whole(frame, atMs);
      else open.push(frame);
    }
    stream.frames = open;
  }

  #whole(frame: FollowedFrame, atMs: number): void {
    const { handing, cameMs, firstMs, lastMs, traced } = frame;
    if (traced !== undefined)
      Object.assign(traced, { firstSentMs: firstMs, lastSentMs: lastMs, ackedMs: atMs });
    if (!frame.isLive || lastMs === undefined) return;
    const queueMs = handing.nowMs - cameMs;
    const pacingMs = lastMs - handing.nowMs;
    this.#count(handing, cameMs, { queueMs, pacingMs, recoveryMs: frame.neededMs - lastMs });
  }

  #count({ sending, frame }: Handing, cameMs: number, times: SendingTimes): void {
    PARTS[QUEUE] = times.queueMs;
    PARTS[PACING] = Math.max(0, times.pacingMs);
    PARTS[RECOVERY] = Math.max(0, times.recoveryMs);
    for (const minute of [this.sent, sending.minute]) minute.add(PARTS, frame.kind === 'key', cameMs);
  }

  #streamOf(streamId: number): FollowedStream {
    const known = this.#streams.get(streamId);
    if (known !== undefined) return known;
    const stream: FollowedStream = { head: 0, acked: [], frames: [] };
    this.#streams.set(streamId, stream);
    forgetOldest(this.#streams, MAX_STREAMS);
    return stream;
  }
}

interface SendingTimes {
  readonly queueMs: number;
  readonly pacingMs: number;
  readonly recoveryMs: number;
}

/** A stream that packets are told of. */
interface FollowedStream {
  /** The end of what has left. */
  head: number;
  /** What the peer has: ranges that do not touch, ascending. */
  readonly acked: [number, number][];
  /** Those that the peer does not have whole, in their order. */
  frames: FollowedFrame[];
}

interface FollowedFrame {
  readonly handing: Handing;
  readonly cameMs: number;
  readonly isLive: boolean;
  readonly traced: TracedSending | undefined;
  firstMs: number | undefined;
  lastMs: number | undefined;
  /** When the last of those packets left that brought its bytes. */
  neededMs: number;
}

function lost(stream: FollowedStream, { start, end }: PacketNews): void {
  for (const { handing, traced } of stream.frames) {
    if (handing.start >= end) return;
    const bytes = Math.min(end, handing.end) - Math.max(start, handing.start);
    if (traced !== undefined && bytes > 0) traced.lostBytes += bytes;
  }
}

/** Adds a range to ranges that do not touch. */
function cover(ranges: [number, number][], start: number, end: number): void {
  let at = ranges.findIndex(([, rangeEnd]) => rangeEnd >= start);
  if (at < 0) at = ranges.length;
  let until = at;
  let [from, to] = [start, end];
  for (let range = ranges[until]; range !== undefined && range[0] <= end; range = ranges[until]) {
    from = Math.min(from, range[0]);
    to = Math.max(to, range[1]);
    until += 1;
  }
  ranges.splice(at, until - at, [from, to]);
}

function isCovered(
  ranges: readonly [number, number][],
  { start, end }: { start: number; end: number },
): boolean {
  return ranges.some(([from, to]) => from <= start && end <= to);
}

function forgetOldest(map: Map<number, unknown>, most: number): void {
  if (map.size <= most) return;
  const [oldest] = map.keys();
  map.delete(oldest as number);
}

/** Streams that are followed at a time, and packets on their way; the oldest are forgotten. */
const MAX_STREAMS = 256;
const MAX_PACKETS = 16_384;

const [QUEUE, PACING, RECOVERY] = (
  ['queue', 'pacing', 'recovery'] as const satisfies readonly DelayPart[]
).map((part) => DELAY_PARTS.indexOf(part)) as [number, number, number];
/** One frame's parts on their way to the counts. */
const PARTS = new Float64Array(DELAY_PARTS.length);
