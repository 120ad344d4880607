import { type FlvTag, MediaClassifier } from '@longhaul/flv';
import fc from 'fast-check';
import t from 'tap';
import * as Aac from '../../src/media/aac.js';
import { BitWriter, withoutStartCodes } from '../../src/media/bit-writer.js';
import * as Broadcast from '../../src/media/broadcast.js';
import { FrameReader } from '../../src/media/frame-reader.js';
import { pattern } from '../../src/media/pattern.js';
import { SHAPE_LIST, SHAPES } from '../../src/media/shapes.js';
import * as Stamp from '../../src/media/stamp.js';

const START_US = 1_234_567_890;

function taken(
  shape: string,
  seed: number,
  durationS = 10,
): { frame: Broadcast.PlannedFrame; tag: FlvTag }[] {
  return [...Broadcast.plannedFrames({ shape, seed, durationS, audio: true })].map((frame) => ({
    frame,
    tag: Broadcast.tagOf(frame, { seed, captureUs: START_US + frame.dueUs }),
  }));
}

t.test('Exp-Golomb codes are those of the standard', async (t) => {
  // H.264 table 9-2 and table 9-3.
  const bits = (writer: BitWriter) => Buffer.from(writer.trailed()).toString('hex');
  t.equal(bits(new BitWriter().ue(0).ue(1).ue(2).ue(3).ue(4)), 'a642c0');
  t.equal(bits(new BitWriter().ue(7)), '11');
  t.equal(
    bits(new BitWriter().se(0).se(1).se(-1).se(2).se(-2)),
    bits(new BitWriter().ue(0).ue(1).ue(2).ue(3).ue(4)),
  );
});

t.test('no start code is left in what is written', async (t) => {
  t.same([...withoutStartCodes(Uint8Array.of(0, 0, 0, 0, 0, 1, 9))], [0, 0, 3, 0, 0, 3, 0, 1, 9]);
  const property = fc.property(fc.uint8Array({ max: 4 }), (bytes) => {
    const written = Buffer.from(withoutStartCodes(bytes));
    return [0, 1, 2].every((last) => !written.includes(Buffer.of(0, 0, last)));
  });
  t.doesNotThrow(() => fc.assert(property));
});

t.test('a stamp is read back, and a changed digit is noticed', async (t) => {
  fc.assert(
    fc.property(
      fc.record({
        sequence: fc.nat(),
        captureUs: fc.nat(2 ** 48),
        seed: fc.nat(),
        kind: fc.constantFrom('key', 'delta', 'discardable', 'audio'),
        ptsMs: fc.nat(),
        bytes: fc.nat(0xffffff),
        fillBytes: fc.nat(0xffffff),
      }),
      fc.nat(Stamp.STAMP_BYTES - 1),
      (stamp, at) => {
        const text = Stamp.encode(stamp as Stamp.FrameStamp);
        t.equal(text.length, Stamp.STAMP_BYTES);
        t.same(Stamp.decode(text), stamp);
        const changed = Buffer.from(text);
        changed[at] = (changed[at] as number) ^ 1;
        t.equal(Stamp.decode(changed), undefined);
        t.equal(Stamp.decode(text.subarray(0, -1)), undefined);
      },
    ),
    { numRuns: 50 },
  );
});

t.test('filler is the same for the same frame alone and holds no zero', async (t) => {
  const bytes = pattern(1, 2, 1_001);
  t.equal(bytes.length, 1_001);
  t.same(bytes, pattern(1, 2, 1_001));
  t.notSame(bytes, pattern(1, 3, 1_001));
  t.notSame(bytes, pattern(2, 2, 1_001));
  t.notOk(bytes.includes(0));
});

t.test('data in an AAC frame comes back at every size', async (t) => {
  for (let size = 96; size < 1_200; size++) {
    const data = pattern(1, size, Aac.capacity(size));
    const block = Aac.rawDataBlock(data, size);
    t.equal(block.length, size);
    if (!Aac.dataOf(block)?.equals(data)) t.fail(`size ${size}`);
  }
  t.equal(Aac.dataOf(Buffer.from('de04004c61766335', 'hex')), undefined, 'a frame of an encoder');
});

for (const { name, kilobitsPerSecond, groupSeconds, tuning } of SHAPE_LIST) {
  t.test(`${name} has its rate, its groups and frames that relays understand`, async (t) => {
    const classifier = new MediaClassifier();
    const options = { shape: name, seed: 4, durationS: 60, audio: true };
    const kinds = Broadcast.headerTags(options).map((tag) => classifier.classify(tag).kind);
    t.same(kinds, ['init', 'init', 'init']);
    const frames = taken(name, 4, 60);
    const reader = new FrameReader(4);
    let [videoBits, keys, discardable, dueUs] = [0, 0, 0, 0];
    for (const { frame, tag } of frames) {
      const { kind, sequence, ptsMs, bytes, track } = frame;
      const captureUs = START_US + frame.dueUs;
      const expected = { state: 'frame', sequence, track, kind, ptsMs, bytes, captureUs };
      if (classifier.classify(tag).kind !== kind) t.fail(`frame ${sequence} is no ${kind} to a relay`);
      if (tag.payload.length !== bytes)
        t.fail(`frame ${sequence} has ${tag.payload.length} bytes, not ${bytes}`);
      if (JSON.stringify(reader.read(tag)) !== JSON.stringify(expected)) t.same(reader.read(tag), expected);
      if (frame.dueUs < dueUs) t.fail(`frame ${sequence} is due before the one before it`);
      dueUs = frame.dueUs;
      if (track === 'audio') continue;
      videoBits += bytes * 8;
      if (kind === 'key') keys++;
      if (kind === 'discardable') discardable++;
    }
    t.equal(keys, 60 / groupSeconds);
    const kilobits = videoBits / 60 / 1_000;
    t.ok(kilobits > 0.9 * kilobitsPerSecond && kilobits < 1.05 * kilobitsPerSecond, `${kilobits} kbit/s`);
    t.equal(discardable > 0, tuning === 'b-frames');
    t.equal(frames.filter(({ frame }) => frame.track === 'audio').length, Math.ceil((60 * 48_000) / 1_024));
  });
}

t.test('the same seed gives the same bytes, another one other frames', async (t) => {
  const bytes = (seed: number) => Buffer.concat(taken('2.5m-2s', seed, 2).map(({ tag }) => tag.payload));
  t.ok(bytes(7).equals(bytes(7)));
  t.notOk(bytes(7).equals(bytes(8)));
});

t.test('the order of showing holds every picture once', async (t) => {
  const pts = taken('4m-2s-b', 1).flatMap(({ frame }) => (frame.track === 'video' ? [frame.ptsMs] : []));
  t.notSame(
    pts,
    [...pts].sort((a, b) => a - b),
    'pictures are sent out of order',
  );
  t.equal(new Set(pts).size, pts.length);
});

t.test('any changed byte of filler or stamp makes a frame corrupt', async (t) => {
  const frames = taken('2.5m-2s', 9, 1);
  const video = frames.find(({ frame }) => frame.kind === 'delta')?.tag as FlvTag;
  const audio = frames.find(({ frame }) => frame.track === 'audio')?.tag as FlvTag;
  for (const { type, payload } of [video, audio]) {
    // The stamp stands within the first bytes, the rest is filler but for the tail of an AAC frame.
    for (const at of [40, 60, 200, payload.length - 8]) {
      const changed = Buffer.from(payload);
      changed[at] = (changed[at] as number) ^ 0x10;
      t.equal(new FrameReader(9).read({ type, payload: changed }).state, 'corrupt', `${type} at ${at}`);
    }
    t.equal(new FrameReader(8).read({ type, payload }).state, 'corrupt', 'of another seed');
    t.equal(new FrameReader(9).read({ type, payload }).state, 'frame');
  }
  const cut = { type: video.type, payload: video.payload.subarray(0, -1) };
  t.equal(new FrameReader(9).read(cut).state, 'corrupt', 'cut');
});

t.test('what is no frame of the source is other', async (t) => {
  const reader = new FrameReader(1);
  for (const tag of Broadcast.headerTags({ shape: SHAPES[0] as string, audio: true })) {
    t.equal(reader.read(tag).state, 'other');
  }
  t.equal(
    reader.read({ type: 9, payload: Uint8Array.of(0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65) }).state,
    'other',
  );
  t.equal(reader.read({ type: 8, payload: Uint8Array.of(0xaf, 1, 1, 2, 3) }).state, 'other');
  t.equal(reader.read({ type: 9, payload: new Uint8Array() }).state, 'other');
});
