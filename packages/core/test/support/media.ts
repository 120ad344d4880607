/** Frames and publishers for tests. */
import type { Broadcast, BroadcastOptions } from '../../src/broadcast.js';
import { Broadcast as BroadcastClass } from '../../src/broadcast.js';
import { BroadcastWriter, type WriteOutcome } from '../../src/broadcast-writer.js';
import type { FeedEntry } from '../../src/feed-log.js';
import type { Frame, FrameKind, TrackMedia } from '../../src/frame.js';
import * as Path from '../../src/path.js';
import type { Viewer } from '../../src/viewer.js';

/** The path of most tests. */
export const PATH = Path.parse('default/live/sample');

/** A frame with an ordinal, of 10 bytes unless told. */
export function aFrame(frame: Partial<Frame> & { readonly size?: number } = {}): Frame {
  const { size = 10, ...rest } = frame;
  return { kind: 'audio', timestamp: 0, ordinal: 0, payload: new Uint8Array(size), ...rest };
}

/** A broadcast of `PATH`. */
export function aBroadcast(options: BroadcastOptions & { readonly epoch?: number } = {}): Broadcast {
  const { epoch = 1, ...rest } = options;
  return new BroadcastClass(PATH, epoch, rest);
}

/** Names a frame of an entry or broadcast for comparison: `key@40`. */
export function describe(entry: FeedEntry): string {
  const track = entry.index === 0 ? entry.media : `${entry.media}${entry.index}`;
  const name = entry.frame.kind === entry.media ? track : `${track}.${entry.frame.kind}`;
  return `${name}@${entry.timestamp}`;
}

/** Everything the viewer can take now, described. */
export function takeAll(viewer: Viewer, nowMs = 0): string[] {
  return takeEntries(viewer, nowMs).map(describe);
}

/** Everything the viewer can take now. */
export function takeEntries(viewer: Viewer, nowMs = 0): FeedEntry[] {
  const all: FeedEntry[] = [];
  for (;;) {
    const entries = viewer.take(nowMs, { maxBytes: 1_000_000 });
    if (entries.length === 0) return all;
    all.push(...entries);
  }
}

/** What an ingest writes, one call a frame. `nowMs` is what the calls pass on; set it as the test goes. */
export class TestPublisher {
  readonly writer: BroadcastWriter;
  nowMs = 0;
  size = 10;

  constructor(writer: BroadcastWriter) {
    this.writer = writer;
  }

  /** A publisher of its own broadcast. */
  static of(broadcast: Broadcast): TestPublisher {
    return new TestPublisher(new BroadcastWriter(broadcast));
  }

  init(media: TrackMedia, fill = 1, timestamp = 0, index = 0): WriteOutcome {
    const payload = new Uint8Array(4).fill(fill);
    return this.writer.write({ media, index, kind: 'init', timestamp, payload }, this.nowMs);
  }

  key(timestamp: number, index = 0): WriteOutcome {
    return this.#write('video', 'key', timestamp, index);
  }

  delta(timestamp: number, index = 0): WriteOutcome {
    return this.#write('video', 'delta', timestamp, index);
  }

  audio(timestamp: number, index = 0): WriteOutcome {
    return this.#write('audio', 'audio', timestamp, index);
  }

  data(timestamp: number, index = 0): WriteOutcome {
    return this.#write('data', 'data', timestamp, index);
  }

  /** Metadata and both sequence headers. */
  inits(): void {
    this.init('data');
    this.init('video');
    this.init('audio');
  }

  /** A group of `frames` video frames 40 ms apart, an audio frame after each. */
  group(start: number, frames = 3): void {
    for (let at = 0; at < frames; at += 1) {
      const timestamp = (start + at * 40) >>> 0;
      if (at === 0) this.key(timestamp);
      else this.delta(timestamp);
      this.audio(timestamp);
    }
  }

  #write(media: TrackMedia, kind: FrameKind, timestamp: number, index: number): WriteOutcome {
    return this.writer.write(
      { media, index, kind, timestamp, payload: new Uint8Array(this.size) },
      this.nowMs,
    );
  }
}
