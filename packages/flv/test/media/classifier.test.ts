import fc from 'fast-check';
import t from 'tap';
import { type Classification, encodeAmf, MediaClassifier, type MediaType } from '../../src/index.js';

const hex = (...parts: string[]) => new Uint8Array(Buffer.from(parts.join(''), 'hex'));
const ascii = (text: string) => Buffer.from(text).toString('hex');

/** avcC with NAL lengths of `bytes` bytes. */
const avcC = (bytes: number) => `0142c00a${(0xfc | (bytes - 1)).toString(16)}e100`;
/** An AVC sequence header with NAL lengths of `bytes` bytes. */
const avcHeader = (bytes = 4) => hex('1700000000', avcC(bytes));
const SLICE = '00000003' + '41aabb'; // nal_ref_idc 2, type 1
const UNREFERRED = '00000003' + '01aabb'; // nal_ref_idc 0, type 1
const SEI = '00000003' + '06aabb';

interface Case {
  readonly name: string;
  readonly type: MediaType;
  readonly payload: Uint8Array;
  readonly is: Partial<Classification>;
  /** Classified first. */
  readonly after?: Uint8Array;
}

const CASES: readonly Case[] = [
  // FLV 10.1 §E.4.3
  video('AVC sequence header', avcHeader(), { kind: 'init', codec: 'h264', index: 0 }),
  video('AVC key frame', hex('1701000000', '00000003', '65aabb'), { kind: 'key', codec: 'h264' }),
  video('AVC generated key frame', hex('4701000000'), { kind: 'key' }),
  video('AVC end of sequence marked as a key frame', hex('1702000000'), {
    kind: 'discardable',
    codec: 'h264',
  }),
  video('AVC with an unknown packet type', hex('1709000000'), { kind: 'discardable' }),
  video('AVC cut after its first byte', hex('17'), { kind: 'discardable', codec: 'h264' }),
  video('AVC picture that others refer to', hex('2701000000', SLICE), { kind: 'delta' }, avcHeader()),
  video(
    'AVC picture that nothing refers to',
    hex('2701000000', UNREFERRED),
    { kind: 'discardable' },
    avcHeader(),
  ),
  video('the same without a sequence header', hex('2701000000', UNREFERRED), { kind: 'delta' }),
  video(
    'the same after one that is cut short',
    hex('2701000000', UNREFERRED),
    { kind: 'delta' },
    hex('170000000001'),
  ),
  video(
    'non-reference slices after SEI',
    hex('2701000000', SEI, UNREFERRED, UNREFERRED),
    { kind: 'discardable' },
    avcHeader(),
  ),
  video(
    'one reference slice among others',
    hex('2701000000', UNREFERRED, SLICE),
    { kind: 'delta' },
    avcHeader(),
  ),
  video(
    'an IDR slice others refer to among others',
    hex('2701000000', UNREFERRED, '00000003', '65aabb'),
    { kind: 'delta' },
    avcHeader(),
  ),
  video('no slice at all', hex('2701000000', SEI), { kind: 'delta' }, avcHeader()),
  video('no NAL unit at all', hex('2701000000'), { kind: 'delta' }, avcHeader()),
  video(
    'a NAL unit that goes beyond the payload',
    hex('2701000000', '00000009', '01aa'),
    { kind: 'delta' },
    avcHeader(),
  ),
  video(
    'a NAL length that is cut short',
    hex('2701000000', UNREFERRED, '0000'),
    { kind: 'delta' },
    avcHeader(),
  ),
  video('an empty NAL unit', hex('2701000000', '00000000', UNREFERRED), { kind: 'delta' }, avcHeader()),
  video('NAL lengths of 2 bytes', hex('2701000000', '0002', '01aa'), { kind: 'discardable' }, avcHeader(2)),
  video('NAL lengths of 1 byte', hex('2701000000', '02', '01aa'), { kind: 'discardable' }, avcHeader(1)),
  video('AVC disposable', hex('3701000000', SLICE), { kind: 'discardable' }, avcHeader()),
  video('seek command', hex('5700'), { kind: 'discardable' }),
  video('HEVC in the legacy header, sequence header', hex('1c00000000'), { kind: 'init', codec: 'h265' }),
  video('HEVC in the legacy header, key frame', hex('1c01000000'), { kind: 'key', codec: 'h265' }),
  video('HEVC in the legacy header, picture', hex('2c01000000'), { kind: 'delta', codec: 'h265' }),
  video('AV1 in the legacy header', hex('1d01000000'), { kind: 'key', codec: 'av1' }),
  video('H.263 key frame', hex('1200'), { kind: 'key', codec: 'h263' }),
  video('H.263 disposable', hex('3200'), { kind: 'discardable', codec: 'h263' }),
  video('VP6', hex('24'), { kind: 'delta', codec: 'vp6' }),
  video('a codec nobody knows', hex('1a'), { kind: 'key', codec: 'unknown' }),
  video('an empty message', hex(), { kind: 'discardable', codec: 'unknown', index: 0 }),
  // Enhanced RTMP
  video('hvc1 sequence start', hex('90', ascii('hvc1'), '01'), { kind: 'init', codec: 'h265', index: 0 }),
  video('hvc1 coded frames, key', hex('91', ascii('hvc1'), '000000'), { kind: 'key', codec: 'h265' }),
  video('hvc1 coded frames X', hex('a3', ascii('hvc1')), { kind: 'delta', codec: 'h265' }),
  video('hvc1 sequence end marked as a key frame', hex('92', ascii('hvc1')), { kind: 'discardable' }),
  video('av01 MPEG-2 TS sequence start', hex('95', ascii('av01')), { kind: 'init', codec: 'av1' }),
  video('vp09 disposable', hex('b1', ascii('vp09')), { kind: 'discardable', codec: 'vp9' }),
  video('vp08', hex('a1', ascii('vp08')), { kind: 'delta', codec: 'vp8' }),
  video('vvc1', hex('91', ascii('vvc1')), { kind: 'key', codec: 'h266' }),
  video('another FourCC', hex('91', ascii('zzzz')), { kind: 'key', codec: 'unknown' }),
  video('a reserved packet type', hex('99', ascii('av01')), { kind: 'discardable', codec: 'av1' }),
  video('colour metadata, beside the sequence header', hex('94', ascii('hvc1')), {
    kind: 'init',
    index: 255,
  }),
  video('metadata with the command frame type', hex('d4', ascii('hvc1')), { kind: 'init', index: 255 }),
  video('a command has no FourCC', hex('d1', '00'), { kind: 'discardable', codec: 'unknown' }),
  video('a FourCC that is cut short', hex('91', '6876'), { kind: 'discardable', codec: 'unknown' }),
  video('avc1 sequence start', hex('90', ascii('avc1'), avcC(4)), { kind: 'init', codec: 'h264' }),
  video(
    'avc1 coded frames, non-reference',
    hex('a1', ascii('avc1'), '000000', UNREFERRED),
    { kind: 'discardable' },
    hex('90', ascii('avc1'), avcC(4)),
  ),
  video(
    'avc1 coded frames X, non-reference',
    hex('a3', ascii('avc1'), UNREFERRED),
    { kind: 'discardable' },
    hex('90', ascii('avc1'), avcC(4)),
  ),
  video(
    'avc1 coded frames, reference',
    hex('a1', ascii('avc1'), '000000', SLICE),
    { kind: 'delta' },
    hex('90', ascii('avc1'), avcC(4)),
  ),
  video('one track of several', hex('96', '01', ascii('av01'), '07', 'aa'), {
    kind: 'key',
    codec: 'av1',
    index: 7,
  }),
  video('sequence start of one track', hex('96', '00', ascii('hvc1'), '02'), {
    kind: 'init',
    codec: 'h265',
    index: 2,
  }),
  video('metadata of one track', hex('96', '04', ascii('hvc1'), '02'), { kind: 'init', index: 253 }),
  video(
    'many tracks, one codec',
    hex('a6', '11', ascii('av01'), '03', '000001', 'aa', '04', '000001', 'bb'),
    { kind: 'delta', codec: 'av1', index: 3 },
  ),
  video(
    'many tracks, many codecs',
    hex('96', '21', ascii('av01'), '03', '000001', 'aa', ascii('vp09'), '04', '000001', 'bb'),
    { kind: 'key', codec: 'av1', index: 3 },
  ),
  video(
    'the first of many avc1 tracks decides',
    hex('a6', '13', ascii('avc1'), '03', '000007', UNREFERRED, '04', '000007', SLICE),
    { kind: 'discardable', index: 3 },
    hex('96', '00', ascii('avc1'), '03', avcC(4)),
  ),
  video('multitrack inside multitrack', hex('96', '06', ascii('av01'), '03'), {
    kind: 'discardable',
    index: 3,
  }),
  video('multitrack with a reserved packet type', hex('96', '0f', ascii('av01'), '03'), {
    kind: 'discardable',
    index: 3,
  }),
  video('multitrack cut short', hex('96', '01', ascii('av01')), {
    kind: 'discardable',
    codec: 'unknown',
    index: 0,
  }),
  video('multitrack without anything', hex('96'), { kind: 'discardable', codec: 'unknown' }),
  video('ModEx with a nanosecond offset', hex('97', '02', '000001', '01', ascii('hvc1')), {
    kind: 'key',
    codec: 'h265',
  }),
  video('two ModEx', hex('97', '00', 'aa', '07', '00', 'aa', '03', ascii('hvc1')), {
    kind: 'key',
    codec: 'h265',
  }),
  video('ModEx with a 16-bit size', hex('97', 'ff', '00ff', 'aa'.repeat(256), '00', ascii('av01')), {
    kind: 'init',
    codec: 'av1',
  }),
  video('ModEx before one track', hex('97', '00', 'aa', '06', '01', ascii('av01'), '05'), {
    kind: 'key',
    index: 5,
  }),
  video('ModEx before a reserved packet type', hex('97', '00', 'aa', '0e', ascii('av01')), {
    kind: 'discardable',
  }),
  video('ModEx cut short', hex('97', '02', '0000'), { kind: 'discardable', codec: 'unknown' }),
  // FLV 10.1 §E.4.2
  audio('AAC sequence header', hex('af00', '1210'), { kind: 'init', codec: 'aac', index: 0 }),
  audio('AAC frame', hex('af01', '21'), { kind: 'audio', codec: 'aac' }),
  audio('AAC cut after its first byte', hex('af'), { kind: 'audio', codec: 'aac' }),
  audio('MP3 that looks like a sequence header', hex('2f00'), { kind: 'audio', codec: 'mp3' }),
  audio('Speex', hex('b2'), { kind: 'audio', codec: 'speex' }),
  audio('G.711', hex('72'), { kind: 'audio', codec: 'g711a' }),
  audio('a reserved format', hex('d2'), { kind: 'audio', codec: 'unknown' }),
  audio('an empty message', hex(), { kind: 'audio', codec: 'unknown' }),
  audio('Opus sequence start', hex('90', ascii('Opus')), { kind: 'init', codec: 'opus', index: 0 }),
  audio('Opus coded frames', hex('91', ascii('Opus'), 'aa'), { kind: 'audio', codec: 'opus' }),
  audio('AC-3', hex('91', ascii('ac-3')), { kind: 'audio', codec: 'ac3' }),
  audio('E-AC-3', hex('91', ascii('ec-3')), { kind: 'audio', codec: 'eac3' }),
  audio('FLAC', hex('90', ascii('fLaC')), { kind: 'init', codec: 'flac' }),
  audio('MP3 by FourCC', hex('91', ascii('.mp3')), { kind: 'audio', codec: 'mp3' }),
  audio('mp4a sequence end', hex('92', ascii('mp4a')), { kind: 'audio', codec: 'aac' }),
  audio('another FourCC', hex('91', ascii('zzzz')), { kind: 'audio', codec: 'unknown' }),
  audio('multichannel config, beside the sequence header', hex('94', ascii('Opus')), {
    kind: 'init',
    index: 255,
  }),
  audio('one track of several', hex('95', '01', ascii('mp4a'), '02'), {
    kind: 'audio',
    codec: 'aac',
    index: 2,
  }),
  audio('sequence start of one track', hex('95', '00', ascii('mp4a'), '02'), {
    kind: 'init',
    codec: 'aac',
    index: 2,
  }),
  audio('ModEx', hex('97', '02', '000001', '01', ascii('Opus')), { kind: 'audio', codec: 'opus' }),
  audio('cut short', hex('91', '4f'), { kind: 'audio', codec: 'unknown' }),
  // script data
  data('onMetaData', encodeAmf(['onMetaData', null]), { kind: 'init', codec: 'script', index: 0 }),
  data('a cue point', encodeAmf(['onCuePoint', null]), { kind: 'data' }),
  data('no string', encodeAmf([1]), { kind: 'data' }),
  data('nothing', hex(), { kind: 'data' }),
];

for (const { name, type, payload, is, after } of CASES) {
  t.test(`${name} is ${is.kind}`, async (t) => {
    const classifier = new MediaClassifier();
    if (after) classifier.classify({ type, payload: after });
    const before = Buffer.from(payload);
    t.match(classifier.classify({ type, payload }), is);
    t.equal(Buffer.compare(before, payload), 0, 'the payload is only read');
  });
}

t.test('NAL lengths are remembered by track', async (t) => {
  const classifier = new MediaClassifier();
  const oneTrack = (packet: string, index: string, body: string) =>
    classifier.classify({ type: 9, payload: hex('a6', packet, ascii('avc1'), index, body) }).kind;
  oneTrack('00', '01', avcC(4));
  oneTrack('00', '02', avcC(2));
  t.equal(oneTrack('03', '01', UNREFERRED), 'discardable');
  t.equal(oneTrack('03', '02', '000201aa'), 'discardable');
  t.equal(oneTrack('03', '03', UNREFERRED), 'delta');
});

t.test('no payload makes it throw, at any length', async (t) => {
  for (const { type, payload } of CASES) {
    for (let length = 0; length <= payload.length; length++) {
      new MediaClassifier().classify({ type, payload: payload.subarray(0, length) });
    }
  }
  const kinds = new Set(['init', 'key', 'delta', 'discardable', 'audio', 'data']);
  fc.assert(
    fc.property(
      fc.constantFrom<MediaType>(8, 9, 18),
      fc.array(fc.uint8Array({ maxLength: 40 })),
      (type, payloads) => {
        const classifier = new MediaClassifier();
        return payloads.every((payload) => {
          const { kind, index } = classifier.classify({ type, payload });
          return kinds.has(kind) && index >= 0 && index <= 255;
        });
      },
    ),
    {
      numRuns: 1000,
      examples: CASES.map(({ type, payload, after }) => [type, after ? [after, payload] : [payload]]),
    },
  );
  t.pass('held for 1,000 sequences');
});

function video(name: string, payload: Uint8Array, is: Partial<Classification>, after?: Uint8Array): Case {
  return { name, type: 9, payload, is: { media: 'video', ...is }, ...(after ? { after } : {}) };
}

function audio(name: string, payload: Uint8Array, is: Partial<Classification>): Case {
  return { name, type: 8, payload, is: { media: 'audio', ...is } };
}

function data(name: string, payload: Uint8Array, is: Partial<Classification>): Case {
  return { name, type: 18, payload, is: { media: 'data', ...is } };
}
