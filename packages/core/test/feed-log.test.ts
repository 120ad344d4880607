import fc from 'fast-check';
import t from 'tap';
import { FeedEntry, FeedLog } from '../src/feed-log.js';
import type { FrameKind, TrackMedia } from '../src/frame.js';
import { FRAME_OVERHEAD_BYTES } from '../src/limits.js';
import { aFrame } from './support/media.js';

const LIMITS = { maxLagMs: 5_000, maxLagBytes: 1e9, maxLogMs: 60_000, maxLogBytes: 1e9 };
const UNIT = 1_000 + FRAME_OVERHEAD_BYTES;

function add(log: FeedLog, kind: FrameKind, position = 0, options: { index?: number } = {}): FeedEntry {
  const media: TrackMedia = kind === 'audio' || kind === 'data' ? kind : 'video';
  const { index = 0 } = options;
  if (kind === 'key') log.markVideoJoin(index, position, position);
  else if (media !== 'video') log.markJoin(media, position, position);
  const entry = new FeedEntry({
    sequence: log.head,
    epoch: 1,
    media,
    index,
    frame: aFrame({ kind, size: 1_000 }),
    timestamp: position,
    position,
    startBytes: log.headBytes,
    keySequence: -1,
  });
  log.append(entry);
  return entry;
}

t.test('entries are found by sequence from base to head', async (t) => {
  const log = new FeedLog(LIMITS);
  t.equal(log.bytes, 0);
  const first = add(log, 'key');
  const second = add(log, 'delta', 40);
  t.equal(log.entry(0), first);
  t.equal(log.entry(1), second);
  t.equal(log.entry(2), undefined);
  t.equal(log.entry(-1), undefined);
  t.equal(log.head, 2);
  t.equal(log.bytes, 2 * UNIT);
  t.equal(log.position, 40);
  t.match(log.counts, { key: 1, delta: 1 });
});

t.test('a viewer starts at the newest key frame, else the newest audio, else the newest data', async (t) => {
  const log = new FeedLog(LIMITS);
  t.equal(log.join, undefined);
  add(log, 'data', 0);
  t.equal(log.join?.sequence, 0);
  add(log, 'audio', 0);
  add(log, 'data', 10);
  t.equal(log.join?.sequence, 1);
  add(log, 'key', 20);
  add(log, 'audio', 30);
  t.equal(log.join?.sequence, 3);
  t.match(log.join?.counts, { data: 2, audio: 1, key: 0 });
});

t.test('entries before the join point stay for the allowed lag in media time and no longer', async (t) => {
  const log = new FeedLog({ ...LIMITS, maxLagMs: 1_000 });
  for (let at = 0; at <= 5_000; at += 100) add(log, at % 1_000 === 0 ? 'key' : 'delta', at);
  t.equal(log.entry(log.base)?.position, 4_000);
});

t.test('entries before the join point stay for the allowed lag in bytes and no longer', async (t) => {
  const log = new FeedLog({ ...LIMITS, maxLagBytes: 15 * UNIT });
  for (let at = 0; at < 50; at += 1) add(log, at % 10 === 0 ? 'key' : 'delta', at);
  t.equal(log.bytes, 15 * UNIT);
  t.equal(log.join?.sequence, 40);
});

t.test('the newest group stays whatever the lag, up to the bounds of the log', async (t) => {
  const log = new FeedLog({ ...LIMITS, maxLagMs: 1_000, maxLogMs: 10_000 });
  add(log, 'key', 0);
  for (let at = 100; at <= 10_000; at += 100) add(log, 'delta', at);
  t.equal(log.base, 0);
  add(log, 'delta', 10_100);
  t.equal(log.join, undefined, 'the key frame is gone');
  t.equal(log.entry(log.base)?.position, 9_100, 'and with it the reason to keep the rest');
});

t.test('the bound of the log in bytes is reached; the newest entry stays even above it', async (t) => {
  const log = new FeedLog({ ...LIMITS, maxLogBytes: 5 * UNIT });
  add(log, 'key', 0);
  for (let at = 1; at < 20; at += 1) add(log, 'delta', at);
  t.equal(log.bytes, 5 * UNIT);
  const small = new FeedLog({ ...LIMITS, maxLogBytes: 10, maxLagBytes: 10 });
  const entry = add(small, 'key', 0);
  t.equal(small.entry(0), entry);
  t.equal(small.join?.sequence, 0);
});

t.test(
  'when the key frame of a group that does not end is gone, entries before the audio join point follow',
  async (t) => {
    const log = new FeedLog({ ...LIMITS, maxLagMs: 1_000, maxLogMs: 10_000 });
    add(log, 'key', 0);
    for (let at = 100; at <= 10_100; at += 100) add(log, at % 1_000 === 0 ? 'audio' : 'delta', at);
    t.equal(log.join?.sequence, 100);
    t.equal(log.entry(log.base)?.position, 9_100);
  },
);

t.test('long logs forget what is gone', async (t) => {
  const log = new FeedLog({ ...LIMITS, maxLagMs: 1_000 });
  for (let at = 0; at < 20_000; at += 1) add(log, at % 100 === 0 ? 'key' : 'delta', at * 10);
  t.equal(log.head, 20_000);
  t.equal(log.entry(19_999)?.position, 199_990);
  t.equal(log.entry(log.base)?.sequence, log.base);
  t.ok(log.head - log.base <= 202);
});

t.test('init data is known as of each entry that brought it', async (t) => {
  const log = new FeedLog({ ...LIMITS, maxLagMs: 100 });
  const first = add(log, 'init');
  const other = add(log, 'init', 0, { index: 1 });
  add(log, 'key', 10);
  const second = add(log, 'init', 20);
  t.same(log.inits, [other, second]);
  t.equal(log.initsAt(1)?.length, 2);
  t.same(log.initsAt(0), [first]);
  t.same(log.initsAt(3), [other, second]);
  add(log, 'key', 1_000);
  t.equal(log.initsAt(0), undefined, 'gone with its entry');
});

t.test('a join point gives init data with its own timestamp, the same entries to everybody', async (t) => {
  const log = new FeedLog(LIMITS);
  const video = add(log, 'init', 0);
  add(log, 'key', 500);
  const join = log.join;
  const given = join?.initsFor([]);
  t.equal(given?.[0]?.timestamp, 500);
  t.equal(given?.[0]?.frame, video.frame);
  t.equal(given?.[0]?.sequence, video.sequence);
  t.equal(join?.initsFor([]), given);
  t.same(join?.initsFor(join.inits), []);
  const other = add(log, 'init', 600, { index: 1 });
  add(log, 'key', 1_000);
  const changed = log.join?.initsFor([video]);
  t.same(
    changed?.map((entry) => entry.frame),
    [other.frame],
  );
});

t.test('video that has stopped is no place to start any more', async (t) => {
  const log = new FeedLog(LIMITS);
  add(log, 'key', 0);
  add(log, 'audio', 10_000);
  t.equal(log.join?.sequence, 0);
  add(log, 'init', 10_000);
  add(log, 'audio', 10_001);
  t.equal(log.join?.sequence, 3);
});

t.test('the head is a place to start with all init data', async (t) => {
  const log = new FeedLog(LIMITS);
  add(log, 'init', 0);
  add(log, 'delta', 700);
  const join = log.joinAtHead();
  t.equal(join.sequence, 2);
  t.equal(join.initsFor([])[0]?.timestamp, 700);
});

t.test(
  'a viewer that wants media to begin with starts at the newest point that has as much behind it',
  async (t) => {
    const log = new FeedLog(LIMITS);
    add(log, 'data', 0);
    t.equal(log.joinBehind(0).sequence, 0);
    const empty = new FeedLog(LIMITS);
    t.equal(empty.joinBehind(1_000).sequence, 0, 'the head, without any point');
    add(empty, 'delta', 0);
    t.equal(empty.joinBehind(1_000).sequence, 1);
    const only = new FeedLog(LIMITS);
    add(only, 'key', 0);
    add(only, 'delta', 500);
    t.equal(only.joinBehind(1_000).sequence, 0, 'the only one, though it has less');
    for (const position of [1_000, 2_000, 3_000]) add(only, 'key', position);
    t.equal(only.joinBehind(0).position, 3_000);
    t.equal(only.joinBehind(1_500).position, 1_000);
    t.equal(only.joinBehind(9_000).position, 0, 'the oldest has the most');
  },
);

t.test('nothing of an old epoch is a place to start', async (t) => {
  const log = new FeedLog(LIMITS);
  add(log, 'init');
  add(log, 'key');
  log.beginEpoch();
  t.equal(log.join, undefined);
  t.same(log.inits, []);
  t.ok(log.entry(1), 'but viewers may still read it');
});

t.test(
  'with several video tracks one starts at the lowest index, and where aligned key frames begin',
  async (t) => {
    const log = new FeedLog(LIMITS);
    add(log, 'key', 0, { index: 1 });
    t.equal(log.join?.sequence, 0, 'it is all there is');
    add(log, 'key', 10, { index: 0 });
    t.equal(log.join?.sequence, 1);
    add(log, 'key', 1_000, { index: 2 });
    add(log, 'key', 1_000, { index: 1 });
    add(log, 'key', 1_010, { index: 0 });
    t.equal(log.join?.sequence, 2);
    add(log, 'key', 2_000, { index: 1 });
    add(log, 'key', 2_500, { index: 0 });
    t.equal(log.join?.sequence, 6, 'half a second apart is not aligned');
    add(log, 'key', 3_000, { index: 1 });
    t.equal(log.join?.sequence, 6);
  },
);

t.test('a key frame of an old epoch is not aligned with one of the new', async (t) => {
  const log = new FeedLog(LIMITS);
  add(log, 'key', 0, { index: 0 });
  add(log, 'key', 10, { index: 1 });
  log.beginEpoch();
  add(log, 'key', 20, { index: 0 });
  t.equal(log.join?.sequence, 2);
});

t.test('the bounds hold for any entries', async (t) => {
  const limits = { maxLagMs: 500, maxLagBytes: 6 * UNIT, maxLogMs: 2_000, maxLogBytes: 12 * UNIT };
  const step = fc.record({
    kind: fc.constantFrom<FrameKind>('init', 'key', 'delta', 'audio', 'data'),
    step: fc.nat(400),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const log = new FeedLog(limits);
      let position = 0;
      for (const { kind, step } of steps) {
        position += step;
        const entry = add(log, kind, position);
        const oldest = log.entry(log.base);
        if (oldest === undefined || log.entry(log.head - 1) !== entry) return false;
        if (log.bytes > limits.maxLogBytes || position - oldest.position > limits.maxLogMs) return false;
        const isBeforeJoin = log.base < (log.join?.sequence ?? log.head);
        const isAlone = log.head - log.base === 1;
        if (isBeforeJoin && !isAlone && (log.bytes > limits.maxLagBytes || position - oldest.position > 500))
          return false;
        if (log.join !== undefined && log.join.sequence < log.base) return false;
      }
      return true;
    }),
  );
  t.pass('held for all runs');
});
