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
  /** It muxes anew: the coded bytes are the same, decode times are its own, presentation times nearly. */
  readonly remuxes?: boolean;
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
  { lateStart = false, lostTail = 0, remuxes = false }: Tolerance,
): string {
  expect(received.length > 0, `no ${track} came`);
  const view = remuxes ? CODED : WHOLE;
  const same = (one: FlvTag, other: FlvTag | undefined) =>
    other !== undefined && Buffer.compare(view.bytes(one), view.bytes(other)) === 0;
  const start = sent.findIndex((tag) => same(tag, received[0]));
  expect(start >= 0, `the first of the ${track} is none that was sent`);
  expect(lateStart || start === 0, `${start} ${track} at the beginning did not come`);
  expect(received.length <= sent.length - start, `${received.length} ${track} came of ${sent.length}`);
  const origin = view.timeMs(received[0] as FlvTag) - view.timeMs(sent[start] as FlvTag);
  received.forEach((tag, index) => {
    expect(same(tag, sent[start + index]), `number ${index} of the ${track} differs from what was sent`);
    if (index === 0) return;
    const before = received[index - 1] as FlvTag;
    const back = before.timestamp - tag.timestamp;
    expect(back <= 0, `the timestamp of number ${index} of the ${track} goes back by ${back} ms`);
    const moved = view.timeMs(tag) - view.timeMs(sent[start + index] as FlvTag) - origin;
    const where = `number ${index} of the ${track} is ${moved} ms from its place`;
    expect(Math.abs(moved) <= view.slackMs, where);
  });
  const missing = sent.length - start - received.length;
  expect(missing <= lostTail, `${missing} ${track} at the end did not come`);
  expect(received.length * 2 >= sent.length, `only ${received.length} of ${sent.length} ${track} came`);
  return `${received.length} of ${sent.length} ${track}`;
}

/** What of two frames must agree. */
interface View {
  bytes(tag: FlvTag): Uint8Array;
  timeMs(tag: FlvTag): number;
  /** How far a frame may be from its place on the track. */
  readonly slackMs: number;
}

/** The message as it is, and its timestamp. */
const WHOLE: View = {
  bytes: ({ payload }) => payload,
  timeMs: ({ timestamp }) => timestamp,
  slackMs: 0,
};

/**
 * Behind the header of the tag, FLV 10.1 §E.4.2.1 and §E.4.3.1; a picture's time is that of its presentation.
 * GStreamer's muxer cuts times to zero at the beginning, and holds back one that another track has overtaken.
 */
const CODED: View = {
  bytes: ({ type, payload }) => payload.subarray(type === 9 ? 5 : 2),
  timeMs: ({ type, payload, timestamp }) =>
    type === 9 ? timestamp + Buffer.from(payload).readIntBE(2, 3) : timestamp,
  slackMs: 250,
};

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
