/** `RtmpServerSession` as a listener drives it: bytes of a client that wants to publish or play. */
import { readFileSync } from 'node:fs';
import {
  type AmfValue,
  amfObject,
  DEFAULT_RTMP_LIMITS,
  encodeAmf,
  MediaClassifier,
  type RtmpLimits,
  RtmpServerSession,
} from '@longhaul/flv';
import type { Random } from '@longhaul/testkit';
import { concat } from '../mutate.js';
import { cut, pieces } from '../pieces.js';
import * as Rtmp from '../rtmp-writer.js';
import { Broken, expectedCode, type FuzzCase, type FuzzTarget } from '../target.js';

const OPENING: readonly Rtmp.WrittenMessage[] = [
  Rtmp.command('connect', 1, [amfObject({ app: 'live', tcUrl: 'rtmp://host/live' })]),
  Rtmp.command('createStream', 2, [null]),
  Rtmp.command('publish', 3, [null, 'cam', 'live'], 1),
];
const NAMES = [
  'live',
  'cam?token=a&b=%2e',
  '../../etc/passwd',
  'a\0b',
  'ü/𝄞',
  '',
  '//',
  'x'.repeat(256),
  'y'.repeat(4096),
];
const COMMANDS = [
  'publish',
  'play',
  'deleteStream',
  'closeStream',
  'FCUnpublish',
  'pause',
  'seek',
  '_result',
  'connect',
  'getStreamLength',
];
/** As a relay has them: what a client may send before it is let in to publish, and after. */
const PUBLISHER = DEFAULT_RTMP_LIMITS;
const STRANGER: RtmpLimits = {
  ...PUBLISHER,
  maxAudioBytes: 65_536,
  maxVideoBytes: 65_536,
  maxPartialBytes: 131_072,
};
const MAX_PIECE_BYTES = 1 << 20;

/** Bytes that fixtures of packages/flv hold. */
export function recording(name: string): Uint8Array {
  return readFileSync(new URL(`../../../../../packages/flv/test/fixtures/${name}`, import.meta.url));
}

/** See the head of the file. The first byte of an input says how it is cut. */
export const target: FuzzTarget = {
  name: 'rtmp-server-session',
  seeds: ['ffmpeg-publish', 'gstreamer-publish', 'librtmp-publish', 'rtmpdump-play'].flatMap((name) => [
    cut(0, recording(`${name}.bin`)),
    cut(7, recording(`${name}.bin`)),
  ]),
  cases: cases(),
  generate: (random) =>
    cut(
      random.pick([0, 0, 1, random.integer(2, 255)]),
      Rtmp.handshake(),
      Rtmp.scramble(conversation(random), random),
    ),
  run,
};

function run(input: Uint8Array): string {
  const open = new Set<number>();
  const classifier = new MediaClassifier();
  let _classified = 0;
  const limits = { ...STRANGER };
  const session: RtmpServerSession = new RtmpServerSession(
    { random: (count) => new Uint8Array(count), nowMs: 0, limits },
    {
      onPublish: ({ streamId, name }) => {
        begin(open, streamId);
        if (name.length % 7 === 6) {
          open.delete(streamId);
          session.refuse(streamId, { code: 'NetStream.Publish.BadName', description: name });
        } else {
          Object.assign(limits, PUBLISHER);
          session.acceptPublish(streamId);
        }
      },
      onPlay: ({ streamId }) => {
        begin(open, streamId);
        session.acceptPlay(streamId);
        session.sendMedia(streamId, { type: 9, timestamp: 0, payload: input.subarray(0, 64) });
      },
      onMedia: (message) => {
        if (classifier.classify(message).kind !== undefined) _classified += message.payload.length;
      },
      onUnpublish: (streamId) => end(open, streamId),
      onStop: (streamId) => end(open, streamId),
    },
  );
  let outcome = 'ok';
  try {
    for (const piece of pieces(input)) {
      session.handle(piece);
      let answered = 0;
      for (const part of session.takeOutput()) answered += part.length;
      // An answer a call, each of some hundred bytes; the handshake is 3 KiB.
      if (answered > 8192 + 64 * piece.length) throw new Broken(`${piece.length} bytes in, ${answered} out`);
    }
    session.ping(1);
    session.poll(10_000);
  } catch (error) {
    outcome = expectedCode(error, 'LH_RTMP_', 'LH_FLV_');
    if (session.state.kind !== 'closed')
      throw new Broken(`${outcome} left the session ${session.state.kind}`);
  }
  if (session.stats.partialBytes > limits.maxPartialBytes + MAX_PIECE_BYTES)
    throw new Broken('too much is partial');
  session.close();
  if (open.size > 0) throw new Broken(`streams ${[...open].join(' ')} were not ended`);
  return outcome;
}

function begin(open: Set<number>, streamId: number): void {
  if (open.has(streamId)) throw new Broken(`stream ${streamId} begins twice`);
  open.add(streamId);
}

function end(open: Set<number>, streamId: number): void {
  if (!open.delete(streamId)) throw new Broken(`stream ${streamId} ends and did not begin`);
}

/** What publishers and players say, in a likely order. */
function conversation(random: Random): Rtmp.WrittenMessage[] {
  const name = random.pick(NAMES);
  const app = { app: random.pick(NAMES), tcUrl: `rtmp://host/${random.pick(NAMES)}` };
  const middle = Array.from({ length: random.integer(0, 12) }, () => random.pick(LINES)(name, random));
  return [
    Rtmp.command('connect', 1, [amfObject(app)]),
    Rtmp.command('createStream', 2, [null]),
    random.chance(0.7)
      ? Rtmp.command('publish', 3, [null, name, 'live'], 1)
      : Rtmp.command('play', 3, [null, name, -2, -1, true], 1),
    ...middle,
  ];
}

type Line = (name: string, random: Random) => Rtmp.WrittenMessage;

const LINES: readonly Line[] = [
  (_, random) => ({
    type: 8,
    streamId: 1,
    chunkStreamId: 4,
    payload: audio(random),
    timestamp: random.integer(0, 90),
  }),
  (_, random) => ({
    type: 9,
    streamId: 1,
    chunkStreamId: 6,
    payload: video(random),
    timestamp: random.integer(0, 90),
  }),
  (name) => ({
    type: 18,
    streamId: 1,
    payload: encodeAmf(['@setDataFrame', 'onMetaData', amfObject({ name })]),
  }),
  (name) => ({ type: 15, streamId: 1, payload: concat(Uint8Array.of(0), encodeAmf(['onTextData', name])) }),
  (name) => ({ ...Rtmp.command('FCPublish', 4, [null, name]), type: 17 }),
  (name) => Rtmp.command('releaseStream', 5, [null, name]),
  (name, random) =>
    Rtmp.command(random.pick(COMMANDS), random.integer(0, 9), [null, name], random.integer(0, 3)),
  (_, random) => Rtmp.command(random.pick(COMMANDS), 6, [null, random.integer(0, 9)], random.integer(0, 3)),
  (_, random) => Rtmp.control(random.integer(1, 6), random.uint32(), random.integer(0, 3)),
  (_, random) => Rtmp.userControl(random.integer(0, 40), random.uint32()),
  () => Rtmp.command('createStream', 7, [null]),
  (_, random) => ({ type: 20, payload: random.bytes(random.integer(0, 60)) }),
];

function audio(random: Random): Uint8Array {
  return concat(Uint8Array.of(random.pick([0xaf, 0x2f, 0x90, 0x95]), random.integer(0, 2)), random.bytes(20));
}

function video(random: Random): Uint8Array {
  const first = random.pick([0x17, 0x27, 0x37, 0x57, 0x90, 0x91, 0x96, 0x97, 0xd1]);
  return concat(Uint8Array.of(first, random.integer(0, 2), 0, 0, 0), random.bytes(random.integer(0, 400)));
}

/** A client up to its accepted publication of stream 1. */
function published(...rest: readonly Rtmp.WrittenMessage[]): Uint8Array {
  return cut(0, Rtmp.handshake(), Rtmp.message(...OPENING, ...rest));
}

function cases(): FuzzCase[] {
  const bomb = concat(encodeAmf(['connect', 1]), Rtmp.nestedArrays(70_000));
  const flood = (count: number, line: (index: number) => Rtmp.WrittenMessage) =>
    Array.from({ length: count }, (_, at) => line(at));
  const list: [string, Uint8Array][] = [
    ['AMF 70,000 deep in a command', cut(0, Rtmp.handshake(), Rtmp.message({ type: 20, payload: bomb }))],
    [
      'AMF 12,000 deep within the limit of a command',
      cut(0, Rtmp.handshake(), Rtmp.message({ type: 20, payload: bomb.slice(0, 60_000) })),
    ],
    ['AMF 70,000 deep as metadata', published({ type: 18, streamId: 1, payload: bomb })],
    ['AMF 70,000 deep as video', published({ type: 9, streamId: 1, payload: bomb })],
    ['16 MiB declared on 64 chunk streams', declared(64, 0xffffff)],
    ['4 MiB declared on 16 chunk streams', declared(15, 1 << 22)],
    ['byte by byte', cut(1, recording('ffmpeg-publish.bin'))],
    [
      'chunks of 1 byte',
      cut(
        0,
        Rtmp.handshake(),
        Rtmp.message(...OPENING, Rtmp.control(1, 1)),
        ...Rtmp.chunks({ type: 9, payload: new Uint8Array(4096) }, 1),
      ),
    ],
    ['2,000 Set Chunk Size', published(...flood(2000, (at) => Rtmp.control(1, 128 + at)))],
    ['2,000 createStream', published(...flood(2000, (at) => Rtmp.command('createStream', at, [null])))],
    [
      'createStream in the name of itself',
      published(Rtmp.command('createStream', 2, [null, 'createStream', nestedObject(31)])),
    ],
    [
      '1,000 publish of one stream',
      published(...flood(1000, () => Rtmp.command('publish', 3, [null, 'a', 'live'], 1))),
    ],
    [
      'an aggregate of 250,000 empty messages',
      published({ type: 22, streamId: 1, payload: emptyParts(250_000) }),
    ],
    [
      'an aggregate in an aggregate',
      published({
        type: 22,
        streamId: 1,
        payload: concat(Uint8Array.of(22, 0, 0, 15, 0, 0, 0, 0, 0, 0, 0), emptyParts(1)),
      }),
    ],
    ['a name of 256 bytes', published(Rtmp.command('publish', 3, [null, 'n'.repeat(256), 'live'], 1))],
    ['a name of 4 KiB', published(Rtmp.command('publish', 3, [null, 'n'.repeat(4096), 'live'], 1))],
    [
      'a property name of 64 KiB',
      published(Rtmp.command('connect', 1, [amfObject({ ['k'.repeat(60_000)]: 1 })])),
    ],
    ['2,000 pings', published(...flood(2000, (at) => Rtmp.userControl(6, at)))],
    ['2,000 calls of nothing', published(...flood(2000, (at) => Rtmp.command('x', at + 1, [null])))],
    [
      '20,000 empty audio messages',
      published(...flood(20_000, () => ({ type: 8, streamId: 1, payload: new Uint8Array(0) }))),
    ],
    ['a window of 1 byte', published(...flood(500, () => Rtmp.control(5, 1)))],
    ['an abort of everything', published(...flood(500, (at) => Rtmp.control(2, at)))],
  ];
  return list.map(([name, input]) => ({ name, input }));
}

/** A message of `bytes` begun on each of `count` chunk streams with a chunk of what was declared. */
function declared(count: number, bytes: number): Uint8Array {
  const begun = Array.from({ length: count }, (_, at) =>
    Rtmp.message({
      type: 9,
      streamId: 1,
      chunkStreamId: 10 + at,
      declaredBytes: bytes,
      payload: new Uint8Array(128),
    }),
  );
  return cut(0, Rtmp.handshake(), Rtmp.message(...OPENING), ...begun);
}

function emptyParts(count: number): Uint8Array {
  const bytes = new Uint8Array(15 * count);
  for (let at = 0; at < bytes.length; at += 15) bytes[at] = 8;
  return bytes;
}

function nestedObject(depth: number): AmfValue {
  let value: AmfValue = 'createStream';
  for (let level = 0; level < depth; level++) value = amfObject({ createStream: value });
  return value;
}
