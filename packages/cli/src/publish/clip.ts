/** An FLV file as tags, once or over and over. */
import { open } from 'node:fs/promises';
import { FlvReader } from '@longhaul/flv';
import { CliError, firstLine } from '../errors.js';
import { LoopMerge, type LoopPlan, LoopPlanner, loopTime } from '../media/loop.js';
import type { MediaTag } from '../media/source.js';
import { isSequenceEnd, TagTimer, type TimedTag } from './timed-tag.js';

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
  const timer = new TagTimer();
  for await (const tag of readClip(path)) yield timer.time(tag);
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
    for await (const tag of playClip(path)) {
      // In the middle of a loop, the mark of an end would make decoders let go of the stream.
      if (isSequenceEnd(tag) || (tag.isInit && inits.isRepeated(tag))) continue;
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
  for await (const tag of playClip(path))
    if (tag.isFrame) planner.add({ track: tag.track, time: tag.timeMs });
  const plan = planner.plan();
  if (plan === undefined) throw new CliError('LH_CLI_MEDIA', `${path}: no audio and no video in it`);
  return plan;
}

/** Remembers the last init of each track. */
class RepeatedInits {
  readonly #last = new Map<string, Uint8Array>();

  isRepeated({ track, payload }: TimedTag): boolean {
    const last = this.#last.get(track);
    if (last !== undefined && Buffer.compare(last, payload) === 0) return true;
    this.#last.set(track, payload);
    return false;
  }
}
