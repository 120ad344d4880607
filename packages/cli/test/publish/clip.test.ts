import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFlvHeader, encodeTag, type FlvTag, MediaClassifier } from '@longhaul/flv';
import t from 'tap';
import { loopClip, planLoop, primed, readClip } from '../../src/publish/clip.js';
import { isSequenceEnd, type TimedTag } from '../../src/publish/timed-tag.js';
import { SAMPLE_FILE } from '../../src/start/options.js';

async function take(tags: AsyncIterable<TimedTag>, count: number): Promise<TimedTag[]> {
  const taken: TimedTag[] = [];
  for await (const tag of tags) {
    taken.push(tag);
    if (taken.length === count) break;
  }
  return taken;
}

function writeFlv(path: string, tags: readonly FlvTag[]): string {
  const pieces = [encodeFlvHeader({ audio: true, video: true }), ...tags.flatMap((tag) => encodeTag(tag))];
  writeFileSync(path, Buffer.concat(pieces));
  return path;
}

t.test('the sample repeats after 8 s exactly and its tracks keep their steps over the seam', async (t) => {
  const plan = await planLoop(SAMPLE_FILE);
  t.ok(Math.abs(plan.periodMs - 8_000) < 0.5, `${plan.periodMs} ms`);
  const classifier = new MediaClassifier();
  const frames = (await take(loopClip(SAMPLE_FILE), 3 * 620)).filter(
    (tag) => tag.type !== 18 && classifier.classify(tag).kind !== 'init',
  );
  for (const [type, least, most] of [
    [9, 33, 34],
    [8, 20, 23],
  ]) {
    const times = frames.filter((tag) => tag.type === type).map((tag) => tag.timeMs);
    const steps = times.slice(1).map((time, at) => time - (times[at] as number));
    t.ok(
      steps.every((step) => step >= (least as number) && step <= (most as number)),
      `type ${type}: ${least} to ${most} ms`,
    );
    t.ok(times.length > 700, 'more than two passes');
  }
});

t.test('headers and metadata are sent once, the end of the sequence never', async (t) => {
  const tags = await take(loopClip(SAMPLE_FILE), 3 * 620);
  const classifier = new MediaClassifier();
  const inits = tags.filter((tag) => classifier.classify(tag).kind === 'init').map((tag) => tag.type);
  t.strictSame(inits.sort(), [18, 8, 9].sort());
  t.notOk(tags.some(isSequenceEnd));
  let ends = 0;
  for await (const tag of readClip(SAMPLE_FILE)) if (isSequenceEnd(tag)) ends++;
  t.equal(ends, 1, 'though the file has one');
});

t.test('a header that changes within the clip is sent each time it changes', async (t) => {
  const header = (profile: number): FlvTag => ({
    type: 9,
    timestamp: 0,
    payload: Uint8Array.of(0x17, 0, 0, 0, 0, 1, profile, 0, 0, 0xff),
  });
  const key = (timestamp: number): FlvTag => ({
    type: 9,
    timestamp,
    payload: Uint8Array.of(0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65),
  });
  const path = writeFlv(join(t.testdir(), 'a.flv'), [header(66), key(0), header(77), key(40)]);
  const tags = await take(loopClip(path), 8);
  t.strictSame(
    tags.map((tag) => tag.payload[1]),
    [0, 1, 0, 1, 0, 1, 0, 1],
  );
  t.strictSame(
    tags.filter((tag) => tag.payload[1] === 1).map((tag) => tag.timeMs),
    [0, 40, 80, 120],
  );
});

t.test('timestamps that wrap within the clip go on', async (t) => {
  const audio = (timestamp: number): FlvTag => ({ type: 8, timestamp, payload: Uint8Array.of(0xaf, 1, 9) });
  const path = writeFlv(join(t.testdir(), 'w.flv'), [audio(0xffffffec), audio(0), audio(20)]);
  const times = (await take(loopClip(path), 5)).map((tag) => tag.timeMs - 0xffffffec);
  t.strictSame(times, [0, 20, 40, 60, 80]);
});

t.test('what cannot be published is said before anyone is asked', async (t) => {
  const directory = t.testdir({ 'text.flv': 'no flv at all, but long enough for a header' });
  await t.rejects(primed(loopClip(join(directory, 'none.flv'))), { code: 'LH_CLI_FILE' });
  await t.rejects(primed(loopClip(join(directory, 'text.flv'))), {
    code: 'LH_CLI_MEDIA',
    message: /text\.flv/,
  });
  await t.rejects(primed(loopClip(writeFlv(join(directory, 'empty.flv'), []))), { code: 'LH_CLI_MEDIA' });
});
