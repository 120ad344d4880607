/** An FLV file as tags, once or over and over. */
import { open } from 'node:fs/promises';
import { FlvReader, MediaClassifier } from '@longhaul/flv';
import { CliError, firstLine } from '../errors.js';
import { LoopMerge, type LoopPlan, LoopPlanner, loopTime } from '../media/loop.js';
import type { MediaTag } from '../media/source.js';
import { TimestampUnwrapper } from '../media/unwrap.js';

/** A tag with its place in media time: unwrapped, and growing over the seams of a loop. */
export interface TimedTag {
  readonly type: MediaTag['type'];
  readonly timeMs: number;
  readonly payload: Uint8Array;
}

const READ_BYTES = 256 * 1024;

/** The tags of the file, with the timestamps that stand in it. Rejects with `LH_CLI_FILE` or `LH_CLI_MEDIA`. */
export async function* readClip(path: string): AsyncGenerator<MediaTag> {
  const file = await open(path).catch((cause: unknown) => {
    throw new CliError('LH_CLI_FILE', `cannot read ${path}: ${firstLine(cause)}`, { cause });
  });
  const reader = new FlvReader();
  try {
    for (;;) {
      // A buffer of its own for each read: payloads may be views into it.
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES);
      if (bytesRead === 0) return;
      yield* reader.push(buffer.subarray(0, bytesRead));
    }
  } catch (cause) {
    throw new CliError('LH_CLI_MEDIA', `${path}: ${firstLine(cause)}`, { cause });
  } finally {
    await file.close();
  }
}

/** The clip once, its timestamps unwrapped. */
export async function* playClip(path: string): AsyncGenerator<TimedTag> {
  const unwrapper = new TimestampUnwrapper();
  for await (const { type, timestamp, payload } of readClip(path)) {
    yield { type, timeMs: unwrapper.unwrap(timestamp), payload };
  }
}

/**
 * The clip without end. From the second pass on, headers and metadata are left out unless they differ from the last of
 * their kind, and so are marks of the end of a sequence. Rejects with `LH_CLI_MEDIA` when there is no media to repeat.
 */
export async function* loopClip(path: string): AsyncGenerator<TimedTag> {
  const plan = await planLoop(path);
  const inits = new RepeatedInits();
  const merge = new LoopMerge<TimedTag>(plan);
  for (let pass = 0; ; pass++) {
    const classifier = new MediaClassifier();
    for await (const tag of playClip(path)) {
      if (isSequenceEnd(tag)) continue;
      const { kind, media, index } = classifier.classify(tag);
      if (kind === 'init' && inits.isRepeated(`${media}${index}`, tag.payload)) continue;
      yield* merge.push({ ...tag, timeMs: loopTime(plan, pass, tag.timeMs) });
    }
    merge.nextPass();
  }
}

/** Tags to publish. `return` lets go of what they are read from, begun or not. */
export interface TagStream extends AsyncIterable<TimedTag> {
  return(value?: undefined): Promise<unknown>;
}

/** `tags` with its first one read already: what is wrong with a source shows before anyone is asked to take it. */
export async function primed(tags: AsyncGenerator<TimedTag>): Promise<TagStream> {
  let first: IteratorResult<TimedTag> | undefined = await tags.next();
  const next = async () => {
    const result = first ?? (await tags.next());
    first = undefined;
    return result;
  };
  const letGo = () => tags.return(undefined);
  return { return: letGo, [Symbol.asyncIterator]: () => ({ next, return: letGo }) };
}

/** One pass over the file: when does the next begin? */
export async function planLoop(path: string): Promise<LoopPlan> {
  const planner = new LoopPlanner();
  const classifier = new MediaClassifier();
  for await (const tag of playClip(path)) {
    if (tag.type === 18 || isSequenceEnd(tag)) continue;
    const { kind, media, index } = classifier.classify(tag);
    if (kind !== 'init') planner.add({ track: `${media}${index}`, time: tag.timeMs });
  }
  const plan = planner.plan();
  if (plan === undefined) throw new CliError('LH_CLI_MEDIA', `${path}: no audio and no video in it`);
  return plan;
}

/**
 * True for the tag that says a video or audio sequence is over: AVC packet type 2 (FLV 10.1 §E.4.3.1), or SequenceEnd
 * of Enhanced RTMP. In the middle of a loop it would make decoders let go of the stream.
 */
export function isSequenceEnd({ type, payload }: Pick<MediaTag, 'type' | 'payload'>): boolean {
  const first = payload[0];
  if (first === undefined) return false;
  if (type === 9) {
    if ((first & 0x80) !== 0) return (first & 0x0f) === EX_SEQUENCE_END;
    return (first & 0x0f) === AVC_CODEC && payload[1] === AVC_END_OF_SEQUENCE;
  }
  return type === 8 && first >> 4 === EX_AUDIO && (first & 0x0f) === EX_SEQUENCE_END;
}

/** Remembers the last init of each track. */
class RepeatedInits {
  readonly #last = new Map<string, Uint8Array>();

  isRepeated(key: string, payload: Uint8Array): boolean {
    const last = this.#last.get(key);
    if (last !== undefined && Buffer.compare(last, payload) === 0) return true;
    this.#last.set(key, payload);
    return false;
  }
}

const AVC_CODEC = 7;
const AVC_END_OF_SEQUENCE = 2;
const EX_SEQUENCE_END = 2;
const EX_AUDIO = 9;
