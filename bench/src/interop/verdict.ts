/** Judges what came out by what went in: number, order, timestamps, bytes, and whether it decodes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { encodeFlvHeader, encodeTag, FlvReader, type FlvTag } from '@longhaul/flv';
import { expect } from './cell.js';
import { Program } from './process.js';

/** What the program in between may do to the frames. */
export interface Tolerance {
  /** It may begin later, at a key frame. */
  readonly lateStart?: boolean;
  /** Frames of each track that it may throw away at the end. */
  readonly lostTail?: number;
  /** It may rewrite timestamps, by this much from one frame to the next, ms. */
  readonly stampsMs?: number;
  /** It makes the frames anew: bytes may differ. */
  readonly rewrites?: boolean;
}

/** The tags of an FLV file. */
export function readTags(file: string): FlvTag[] {
  return new FlvReader().push(readFileSync(file));
}

/** Pictures (9) or sounds (8) without init data: AVC NAL units and raw AAC. FLV 10.1 §E.4.2, §E.4.3. */
export function frames(tags: readonly FlvTag[], type: 8 | 9): FlvTag[] {
  return tags.filter((tag) => tag.type === type && tag.payload[1] === 1);
}

/**
 * Throws a `CellFailure` unless `received` is what was `sent`, in order, with timestamps that never go back; returns the
 * counts as a line.
 */
export function judge(
  sent: readonly FlvTag[],
  received: readonly FlvTag[],
  tolerance: Tolerance = {},
): string {
  for (const type of [9, 8] as const) {
    const init = received.find((tag) => tag.type === type);
    expect(init === undefined || init.payload[1] === 0, `the first ${TRACKS[type]} is no sequence header`);
  }
  const counts = ([9, 8] as const).map((type) =>
    judgeTrack(TRACKS[type], frames(sent, type), frames(received, type), tolerance),
  );
  return counts.join(', ');
}

function judgeTrack(
  track: string,
  sent: readonly FlvTag[],
  received: readonly FlvTag[],
  { lateStart = false, lostTail = 0, stampsMs = 0, rewrites = false }: Tolerance,
): string {
  expect(received.length > 0, `no ${track} came`);
  const same = (one: FlvTag, other: FlvTag | undefined) =>
    other !== undefined && (rewrites || Buffer.compare(one.payload, other.payload) === 0);
  const start = rewrites ? sent.length - received.length : sent.findIndex((tag) => same(tag, received[0]));
  expect(start >= 0, `the first ${track} is none that was sent`);
  expect(lateStart || rewrites || start === 0, `${start} ${track} at the beginning did not come`);
  expect(received.length <= sent.length - start, `${received.length} ${track} came of ${sent.length}`);
  received.forEach((tag, index) => {
    expect(same(tag, sent[start + index]), `${track} ${index} differs from what was sent`);
    if (index > 0) {
      const step = tag.timestamp - (received[index - 1] as FlvTag).timestamp;
      const wanted = stepOf(sent, start + index);
      expect(step >= 0, `the timestamp of ${track} ${index} goes back by ${-step} ms`);
      expect(
        Math.abs(step - wanted) <= stampsMs,
        `${track} ${index} is ${step} ms on, sent were ${wanted} ms`,
      );
    }
  });
  const missing = sent.length - (rewrites ? 0 : start) - received.length;
  expect(missing <= lostTail, `${missing} ${track} at the end did not come`);
  expect(received.length * 2 >= sent.length, `only ${received.length} of ${sent.length} ${track} came`);
  return `${received.length} of ${sent.length} ${track}`;
}

function stepOf(tags: readonly FlvTag[], index: number): number {
  return (tags[index] as FlvTag).timestamp - (tags[index - 1] as FlvTag).timestamp;
}

/** Decodes `tags` with ffmpeg: every picture comes out and there is no complaint. `file` is where they are written. */
export async function decodes(tags: readonly FlvTag[], file: string): Promise<void> {
  const pieces = tags.flatMap((tag) => encodeTag(tag));
  writeFileSync(file, Buffer.concat([encodeFlvHeader({ audio: true, video: true }), ...pieces]));
  await decodesFile(file, frames(tags, 9).length);
}

/** The same for a file that another program wrote. */
export async function decodesFile(file: string, pictures: number): Promise<void> {
  const show = ['-count_frames', '-select_streams', 'v:0', '-show_entries', 'stream=nb_read_frames'];
  const program = new Program('ffprobe', ['-v', 'error', ...show, '-of', 'csv=p=0', file]);
  const { output } = await program.exit;
  expect(output.trim() === String(pictures), `ffmpeg decodes ${output.trim()}, not ${pictures} pictures`);
}

const TRACKS = { 8: 'sounds', 9: 'pictures' } as const;
