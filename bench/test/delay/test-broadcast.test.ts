import { MediaClassifier } from '@longhaul/flv';
import t from 'tap';
import {
  broadcastTags,
  DEFAULT_SHAPE,
  headerTags,
  isKeyFrame,
  type ScheduledTag,
  sequenceOf,
} from '../../src/delay/test-broadcast.js';

function takeUntil(endMs: number): ScheduledTag[] {
  const tags: ScheduledTag[] = [];
  for (const tag of broadcastTags(DEFAULT_SHAPE)) {
    if (tag.dueMs >= endMs) break;
    tags.push(tag);
  }
  return tags;
}

t.test('ten seconds have the rate and the frames that the shape says', async (t) => {
  const tags = takeUntil(10_000);
  const bits = tags.reduce((sum, tag) => sum + tag.payload.length * 8, 0);
  t.ok(Math.abs(bits / 10 / DEFAULT_SHAPE.bitsPerSecond - 1) < 0.005, `${bits / 10} bit/s`);
  t.equal(tags.filter((tag) => tag.type === 9).length, 300);
  t.equal(tags.filter((tag) => tag.type === 8).length, 469);
  t.equal(tags.filter(isKeyFrame).length, 5);
});

t.test('frames are in the order of their times and know their number', async (t) => {
  for (const [at, tag] of takeUntil(5_000).entries()) {
    if (sequenceOf(tag) !== at || tag.sequence !== at) t.fail(`frame ${at} says ${sequenceOf(tag)}`);
  }
  for (const header of headerTags()) t.equal(sequenceOf(header), undefined);
});

t.test('relays take it for H.264 and AAC with a key frame every two seconds', async (t) => {
  const classifier = new MediaClassifier();
  const kinds = headerTags().map((tag) => classifier.classify(tag));
  t.match(kinds, [
    { kind: 'init', codec: 'h264' },
    { kind: 'init', codec: 'aac' },
  ]);
  const counts: Record<string, number> = {};
  for (const tag of takeUntil(4_000)) {
    const { kind } = classifier.classify(tag);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  t.strictSame(counts, { key: 2, delta: 118, audio: 188 });
});
