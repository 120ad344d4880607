/** The two stories that every program is put through: it publishes, or it plays. */
import { join } from 'node:path';
import type { FlvTag } from '@longhaul/flv';
import { type CellContext, expect } from './cell.js';
import { publishClip, Watcher } from './reference.js';
import type { RelayUnderTest } from './system.js';
import * as Verdict from './verdict.js';

/** A program that sends the clip once, in real time, and then leaves. */
export interface PublishStory {
  readonly from: RelayUnderTest;
  readonly to: RelayUnderTest;
  readonly tolerance?: Verdict.Tolerance;
  /** Lets the program publish to `url`; resolves when it has left and reports that all was well. */
  publish(url: string): Promise<void>;
}

/**
 * Two viewers wait at the far relay, by HTTP-FLV and by RTMP; the program publishes at the near one; the second viewer leaves half-way; the
 * publisher ends. The first viewer has to get the clip, decodable, and the end; nothing may be left behind.
 */
export async function publishes(context: CellContext, story: PublishStory): Promise<string> {
  const { stream, system, directory } = context;
  const { from, to } = story;
  const stays = new Watcher(to.httpFlv(stream));
  const leaves = new Watcher(to.rtmp(stream));
  try {
    await to.viewers(stream, 2);
    system.takeLog();
    const published = story.publish(from.rtmp(stream));
    // A program that fails at once is told by its own words.
    await Promise.race([leaves.has(HALF_OF_CLIP, 30_000), published.then(() => leaves.has(HALF_OF_CLIP))]);
    leaves.close();
    await to.viewers(stream, 1);
    await published;
    await stays.endedWell();
    await from.unpublished(stream);
    await to.unpublished(stream);
    await to.viewers(stream, 0);
  } finally {
    stays.close();
    leaves.close();
  }
  const counts = Verdict.judge(Verdict.readTags(context.clip), stays.tags, story.tolerance);
  await Verdict.decodes(stays.tags, join(directory, 'received.flv'));
  expectQuiet(context);
  return counts;
}

/** A playing program. */
export interface Player {
  /** Ends it as its user would; resolves when it has left. */
  leave(): Promise<void>;
  /** Resolves when it ended by itself in good order; rejects otherwise. */
  ended(): Promise<void>;
}

/** A program that plays. */
export interface PlayStory {
  readonly at: RelayUnderTest;
  /** Viewers that the relay counts for one player. */
  open(id: 'stays' | 'leaves'): Promise<Player>;
  /** Judges what the player that stayed got; returns the counts. */
  judge(sent: readonly FlvTag[]): Promise<string>;
}

/**
 * Two players of the program wait at one relay, ffmpeg publishes the clip at the other, the second player leaves half-way, the publisher
 * ends. The first player has to get the clip and end by itself; nothing may be left behind.
 */
export async function plays(context: CellContext, story: PlayStory): Promise<string> {
  const { stream, system, clip } = context;
  const { at } = story;
  const from = at === system.edge ? system.center : system.edge;
  const stays = await story.open('stays');
  const leaves = await story.open('leaves');
  const watcher = new Watcher(at.httpFlv(stream));
  try {
    await at.viewers(stream, 3);
    system.takeLog();
    const publisher = publishClip(clip, from.rtmp(stream));
    await watcher.has(HALF_OF_CLIP, 30_000);
    await leaves.leave();
    await at.viewers(stream, 2);
    expect(publisher.running, 'the publisher was over before the player had left');
    await publisher.succeeded();
    await watcher.endedWell();
    await stays.ended();
    await at.viewers(stream, 0);
    await from.unpublished(stream);
  } finally {
    watcher.close();
  }
  const sent = Verdict.readTags(clip);
  Verdict.judge(sent, watcher.tags);
  const counts = await story.judge(sent);
  expectQuiet(context);
  return counts;
}

/** A relay that was treated well has nothing to warn of. */
function expectQuiet({ system }: CellContext): void {
  const [line] = system.takeLog();
  expect(line === undefined, `a relay warns: ${line}`);
}

/** Messages of a viewer that is somewhere in the middle: the clip has about 300. */
const HALF_OF_CLIP = 120;
