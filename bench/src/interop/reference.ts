/** Our own ends of a cell: a viewer that keeps what it gets, and ffmpeg as the publisher that is known to be good. */
import { type MediaSource, openSource, parseMediaUrl } from '@longhaul/cli';
import type { FlvTag } from '@longhaul/flv';
import { CellFailure } from './cell.js';
import { Program, within } from './process.js';
import { eventually } from './system.js';

/** Watches an address until the server ends the stream. */
export class Watcher {
  readonly tags: FlvTag[] = [];
  readonly #source: MediaSource;
  readonly #over: Promise<Error | undefined>;

  constructor(url: string) {
    let end!: (error: Error | undefined) => void;
    this.#over = new Promise((resolve) => {
      end = resolve;
    });
    this.#source = openSource(parseMediaUrl(url), { onTag: (tag) => this.tags.push(tag), onEnd: end });
  }

  /** Waits until `count` tags came. */
  has(count: number, timeoutMs?: number): Promise<void> {
    return eventually(
      `${count} messages at a viewer`,
      async () => (this.tags.length < count ? `it has ${this.tags.length}` : undefined),
      timeoutMs,
    );
  }

  /** Resolves when the server ended the stream in good order; rejects with a `CellFailure` otherwise. */
  async endedWell(timeoutMs = 10_000): Promise<void> {
    const error = await within(timeoutMs, 'the end of the stream at a viewer', this.#over);
    if (error !== undefined) throw new CellFailure(`a viewer was not ended well: ${error.message}`);
  }

  close(): void {
    this.#source.close();
  }
}

/** ffmpeg sends the clip as it is, in real time. */
export function publishClip(clip: string, url: string): Program {
  return new Program('ffmpeg', [...FFMPEG_QUIET, '-re', '-i', clip, '-c', 'copy', '-f', 'flv', url]);
}

/** Makes the clip: pictures with B-frames and a key frame every second, AAC. */
export async function makeClip(file: string): Promise<void> {
  const video = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30'];
  const audio = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100'];
  const x264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '30', '-pix_fmt', 'yuv420p'];
  const aac = ['-c:a', 'aac', '-b:a', '96k'];
  const seconds = ['-t', String(CLIP_SECONDS)];
  await new Program('ffmpeg', [
    ...FFMPEG_QUIET,
    ...video,
    ...audio,
    ...seconds,
    ...x264,
    ...aac,
    file,
  ]).succeeded();
}

/** Long enough to join, leave and end; three whole groups of pictures. */
export const CLIP_SECONDS = 4;
/** Errors only, and no keyboard. */
export const FFMPEG_QUIET = ['-nostdin', '-hide_banner', '-loglevel', 'error', '-y'];
