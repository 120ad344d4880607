/** The ingest side of a broadcast: gives frames their ordinals, cuts groups, versions init data. */
import type { Broadcast } from './broadcast.js';
import type { Frame, FrameKind, TrackMedia } from './frame.js';
import type { Group } from './group.js';
import { timestampDifference } from './media-clock.js';
import type { Track } from './track.js';

/** A frame as an ingest has it. The payload belongs to the core from here on: never change it. */
export interface IngestFrame {
  readonly media: TrackMedia;
  /** E-RTMP track id, 0 where there is none. */
  readonly index: number;
  readonly kind: FrameKind;
  /** Milliseconds, unsigned 32 bits. */
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

/**
 * What became of a frame. `repeated-init`: the same bytes as the newest init data of its track, which everybody has.
 * `no-key-frame`: a video frame before the first key frame of its track, which nobody could decode. `track-limit`: one
 * track too many. `ended`: the broadcast is over. All but `written` are counted and have no ordinal.
 */
export type WriteOutcome = 'written' | 'repeated-init' | 'no-key-frame' | 'track-limit' | 'ended';

/** Length of audio and data groups where there is no video to follow, ms of media time. */
export const GROUP_SPAN_MS = 1_000;

/** Longest audio or data group beside video, ms: a viewer can join the audio of a video group that does not end. */
export const GROUP_SPAN_BESIDE_VIDEO_MS = 10_000;

/**
 * Writes one publisher's frames into a broadcast.
 *
 * Rules: a video group begins with each key frame. When one begins on the video track with the lowest index, the open
 * groups of all audio and data tracks end, and their next frames begin new ones; otherwise those last `GROUP_SPAN_MS`.
 * Changed init data begins a new group at the next frame of its track (video: at the next key frame; frames until then
 * refer to pictures of the group they are in). Input: `write`, `end`. Output: the broadcast.
 */
export class BroadcastWriter {
  readonly broadcast: Broadcast;
  /** Frames that were not written, by outcome. */
  readonly refused: Record<Exclude<WriteOutcome, 'written'>, number> = {
    'repeated-init': 0,
    'no-key-frame': 0,
    'track-limit': 0,
    ended: 0,
  };
  readonly #tracks = new Map<string, TrackWriter>();
  #nextOrdinal = 0;

  constructor(broadcast: Broadcast) {
    this.broadcast = broadcast;
  }

  /**
   * Takes the next frame of the publisher.
   * @throws TypeError when the kind cannot stand on a track of this media
   */
  write(frame: IngestFrame, nowMs: number): WriteOutcome {
    if (!KINDS[frame.media].includes(frame.kind)) {
      throw new TypeError(`a frame of kind ${frame.kind} cannot stand on a ${frame.media} track`);
    }
    const outcome = this.#write(frame, nowMs);
    if (outcome !== 'written') this.refused[outcome] += 1;
    return outcome;
  }

  /** The publisher is gone: all groups are complete and the broadcast ends. Idempotent. */
  end(nowMs: number): void {
    for (const writer of this.#tracks.values()) writer.cut(nowMs);
    this.broadcast.end('unpublished', nowMs);
  }

  #write(frame: IngestFrame, nowMs: number): WriteOutcome {
    if (this.broadcast.ended !== undefined) return 'ended';
    const writer = this.#writerFor(frame, nowMs);
    if (writer === undefined) return 'track-limit';
    if (frame.kind === 'init') return this.#writeInit(writer.track, frame, nowMs);
    if (frame.kind === 'key') this.#beginVideoGroup(writer, nowMs);
    else if (frame.media !== 'video') this.#continueSpan(writer, frame.timestamp, nowMs);
    // Observers of the groups cut and opened above may have ended the broadcast.
    if (this.broadcast.ended !== undefined) return 'ended';
    const group = writer.group;
    if (group === undefined) return 'no-key-frame';
    group.append(this.#numbered(frame), nowMs);
    return 'written';
  }

  #writerFor(frame: IngestFrame, nowMs: number): TrackWriter | undefined {
    const { media, index } = frame;
    const key = `${media}${index}`;
    const known = this.#tracks.get(key);
    if (known !== undefined) return known;
    if (this.broadcast.tracks.size >= this.broadcast.maxTracks) return undefined;
    const writer = new TrackWriter(this.broadcast.openTrack(media, index, nowMs));
    this.#tracks.set(key, writer);
    return writer;
  }

  #writeInit(track: Track, frame: IngestFrame, nowMs: number): WriteOutcome {
    const newest = track.newestInit;
    if (newest !== undefined && areEqual(newest.frame.payload, frame.payload)) return 'repeated-init';
    track.setInit((newest?.version ?? -1) + 1, this.#numbered(frame), nowMs);
    return 'written';
  }

  #beginVideoGroup(writer: TrackWriter, nowMs: number): void {
    const primary = this.#primaryVideo();
    if (primary === undefined || writer.track.index <= primary.track.index) {
      for (const other of this.#tracks.values()) {
        if (other.track.media !== 'video') other.cut(nowMs);
      }
    }
    writer.cut(nowMs);
    writer.open(nowMs);
  }

  #continueSpan(writer: TrackWriter, timestamp: number, nowMs: number): void {
    const group = writer.group;
    if (group !== undefined) {
      const spanMs = this.#primaryVideo() === undefined ? GROUP_SPAN_MS : GROUP_SPAN_BESIDE_VIDEO_MS;
      const elapsedMs = timestampDifference(timestamp, writer.startTimestamp);
      const isStale = group.initVersion !== writer.track.newestInit?.version;
      // A step back by more than a span is a publisher that started over.
      if (elapsedMs < spanMs && elapsedMs > -spanMs && !isStale) return;
      writer.cut(nowMs);
    }
    writer.open(nowMs);
    writer.startTimestamp = timestamp;
  }

  /** The video track with the lowest index that has a group. */
  #primaryVideo(): TrackWriter | undefined {
    let primary: TrackWriter | undefined;
    for (const writer of this.#tracks.values()) {
      if (writer.track.media !== 'video' || writer.group === undefined) continue;
      if (primary === undefined || writer.track.index < primary.track.index) primary = writer;
    }
    return primary;
  }

  #numbered(frame: IngestFrame): Frame {
    const ordinal = this.#nextOrdinal;
    this.#nextOrdinal += 1;
    return { kind: frame.kind, timestamp: frame.timestamp, ordinal, payload: frame.payload };
  }
}

/** The group that one track is filling. */
class TrackWriter {
  readonly track: Track;
  group: Group | undefined;
  /** Timestamp of the first frame of `group`, for groups cut by time. */
  startTimestamp = 0;
  #nextSequence = 0;

  constructor(track: Track) {
    this.track = track;
  }

  open(nowMs: number): void {
    this.group = this.track.openGroup(
      { sequence: this.#nextSequence, initVersion: this.track.newestInit?.version },
      nowMs,
    );
    this.#nextSequence += 1;
  }

  cut(nowMs: number): void {
    this.group?.close('complete', nowMs);
    this.group = undefined;
  }
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

const KINDS: Record<TrackMedia, readonly FrameKind[]> = {
  video: ['init', 'key', 'delta', 'discardable'],
  audio: ['init', 'audio'],
  data: ['init', 'data'],
};
