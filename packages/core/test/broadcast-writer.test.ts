import t from 'tap';
import type { Broadcast } from '../src/broadcast.js';
import { BroadcastWriter, GROUP_SPAN_BESIDE_VIDEO_MS } from '../src/broadcast-writer.js';
import type { FrameKind } from '../src/frame.js';
import { aBroadcast, TestPublisher } from './support/media.js';

/** The groups of a track as `sequence/initVersion: timestamps state`. */
function shape(broadcast: Broadcast, name: string): string[] {
  const groups = broadcast.tracks.get(name)?.groups ?? [];
  return groups.map((group) => {
    const frames = Array.from({ length: group.frameCount }, (_, index) => group.frame(index)?.timestamp);
    return `${group.sequence}/${group.initVersion ?? '-'}: ${frames.join(' ')} ${group.state}`;
  });
}

t.test('ordinals number all frames of all tracks in the order of ingest', async (t) => {
  const broadcast = aBroadcast();
  const ordinals: string[] = [];
  broadcast.observe({
    onInit: (track, { frame }) => ordinals.push(`${track.name}.init ${frame.ordinal}`),
    onFrame: (group, frame) => ordinals.push(`${group.track.name} ${frame.ordinal}`),
  });
  const publisher = TestPublisher.of(broadcast);
  publisher.inits();
  publisher.audio(0);
  publisher.delta(0);
  publisher.key(10);
  publisher.init('audio');
  publisher.audio(20);
  t.same(ordinals, ['data0.init 0', 'video0.init 1', 'audio0.init 2', 'audio0 3', 'video0 4', 'audio0 5']);
});

t.test('a video group goes from a key frame to the next', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  publisher.key(0);
  publisher.delta(40);
  publisher.key(80);
  t.same(shape(broadcast, 'video0'), ['0/-: 0 40 complete', '1/-: 80 open']);
});

t.test('video before the first key frame is refused and counted, also end-of-sequence', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  t.equal(publisher.delta(0), 'no-key-frame');
  const end = {
    media: 'video',
    index: 0,
    kind: 'discardable',
    timestamp: 0,
    payload: new Uint8Array(5),
  } as const;
  t.equal(publisher.writer.write(end, 0), 'no-key-frame');
  publisher.key(40);
  t.equal(
    publisher.writer.write({ ...end, timestamp: 80 }, 0),
    'written',
    'after a key frame it belongs to the group',
  );
  t.equal(publisher.writer.refused['no-key-frame'], 2);
  t.same(shape(broadcast, 'video0'), ['0/-: 40 80 open']);
});

t.test('audio and data groups are cut when a video group begins, at once', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  publisher.audio(0);
  publisher.data(0);
  publisher.key(10);
  t.same(shape(broadcast, 'audio0'), ['0/-: 0 complete']);
  t.same(shape(broadcast, 'data0'), ['0/-: 0 complete']);
  publisher.audio(20);
  publisher.audio(40);
  publisher.key(50);
  publisher.audio(60);
  t.same(shape(broadcast, 'audio0'), ['0/-: 0 complete', '1/-: 20 40 complete', '2/-: 60 open']);
});

t.test('without video, audio and data are cut into spans of a second', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  for (const at of [0, 500, 999, 1_000, 1_999, 2_000]) publisher.audio(at);
  const script = aBroadcast();
  const scripted = TestPublisher.of(script);
  scripted.data(0);
  scripted.data(5_000);
  t.same(shape(broadcast, 'audio0'), [
    '0/-: 0 500 999 complete',
    '1/-: 1000 1999 complete',
    '2/-: 2000 open',
  ]);
  t.same(shape(script, 'data0'), ['0/-: 0 complete', '1/-: 5000 open']);
});

t.test('spans go on over the 32-bit wrap', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  for (const at of [0xffff_ff00, 0xffff_fff0, 0x10, 0x300]) publisher.audio(at);
  t.same(shape(broadcast, 'audio0'), [`0/-: ${0xffff_ff00} ${0xffff_fff0} 16 complete`, '1/-: 768 open']);
});

t.test('a step back by more than a span begins a new group, a smaller one does not', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  for (const at of [60_000, 59_990, 0]) publisher.audio(at);
  t.same(shape(broadcast, 'audio0'), ['0/-: 60000 59990 complete', '1/-: 0 open']);
});

t.test('beside a video group that does not end, audio is cut after the longer span', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  publisher.key(0);
  for (const at of [0, 5_000, GROUP_SPAN_BESIDE_VIDEO_MS - 1, GROUP_SPAN_BESIDE_VIDEO_MS])
    publisher.audio(at);
  t.same(shape(broadcast, 'audio0'), ['0/-: 0 5000 9999 complete', '1/-: 10000 open']);
});

t.test('only key frames of the video track with the lowest index cut the audio', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  publisher.key(0, 1);
  publisher.audio(1);
  publisher.key(2, 0);
  publisher.audio(3);
  publisher.key(4, 1);
  publisher.audio(5);
  t.same(shape(broadcast, 'audio0'), ['0/-: 1 complete', '1/-: 3 5 open']);
});

t.test('groups name the init version they need', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  publisher.audio(0);
  publisher.init('audio', 1);
  publisher.audio(20);
  publisher.init('audio', 2);
  publisher.audio(40);
  publisher.audio(60);
  t.same(shape(broadcast, 'audio0'), ['0/-: 0 complete', '1/0: 20 complete', '2/1: 40 60 open']);
});

t.test(
  'changed video init data begins a group at the next key frame; pictures until then stay in theirs',
  async (t) => {
    const broadcast = aBroadcast();
    const publisher = TestPublisher.of(broadcast);
    publisher.init('video', 1);
    publisher.key(0);
    publisher.init('video', 2);
    t.equal(publisher.delta(40), 'written');
    publisher.key(80);
    t.same(shape(broadcast, 'video0'), ['0/0: 0 40 complete', '1/1: 80 open']);
  },
);

t.test('init data with the same bytes is not a new version and has no ordinal', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  t.equal(publisher.init('audio', 1), 'written');
  publisher.audio(0);
  t.equal(publisher.init('audio', 1), 'repeated-init');
  publisher.audio(20);
  t.equal(publisher.writer.refused['repeated-init'], 1);
  t.equal(broadcast.nextOrdinal, 3);
  t.same(shape(broadcast, 'audio0'), ['0/0: 0 20 open'], 'the group goes on');
  t.equal(publisher.init('audio', 2), 'written');
  t.equal(publisher.init('audio', 1), 'written', 'what comes back after a change is a change');
  t.equal(broadcast.tracks.get('audio0')?.newestInit?.version, 2);
});

t.test('a track too many is refused and the others go on', async (t) => {
  const broadcast = aBroadcast({ limits: { maxTracks: 2 } });
  const publisher = TestPublisher.of(broadcast);
  publisher.audio(0, 0);
  publisher.audio(0, 1);
  t.equal(publisher.audio(0, 2), 'track-limit');
  t.equal(publisher.audio(10, 1), 'written');
  t.equal(publisher.writer.refused['track-limit'], 1);
});

t.test('at the end all groups are complete, and what comes later is refused', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  publisher.group(0, 2);
  publisher.writer.end(5);
  publisher.writer.end(6);
  t.equal(broadcast.ended, 'unpublished');
  t.same(shape(broadcast, 'video0'), ['0/-: 0 40 complete']);
  t.equal(publisher.audio(80), 'ended');
  t.equal(publisher.writer.refused.ended, 1);
});

t.test('an observer that ends the broadcast when a group opens stops the frame', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  broadcast.observe({ onGroup: () => broadcast.end('idle', 0) });
  t.equal(publisher.key(0), 'ended');
  t.equal(broadcast.nextOrdinal, 0);
});

const MISMATCHES: readonly [FrameKind, 'video' | 'audio' | 'data'][] = [
  ['audio', 'video'],
  ['data', 'video'],
  ['key', 'audio'],
  ['data', 'audio'],
  ['audio', 'data'],
  ['delta', 'data'],
];
for (const [kind, media] of MISMATCHES) {
  t.test(`a frame of kind ${kind} on a ${media} track is the caller's fault`, async (t) => {
    const writer = new BroadcastWriter(aBroadcast());
    const frame = { media, index: 0, kind, timestamp: 0, payload: new Uint8Array() };
    t.throws(() => writer.write(frame, 0), { name: 'TypeError' });
  });
}
