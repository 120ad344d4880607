/** Scripts of a link's peer as bytes, so that a script can be mutated, cut and kept like any other input. */
import type { Random } from '@longhaul/testkit';
import {
  type Announce,
  type ControlMessage,
  encodeControl,
  encodeFrame,
  encodeGroupHeader,
  encodeInit,
  encodeTrackHeader,
  type FrameKind,
  type Subscribe,
} from '@longhaul/wire';
import { concat, hex, mutate } from './mutate.js';
import type { FuzzCase } from './target.js';

/** What the peer does. Any other code lets time pass, 8 ms for each unit of the stream's number. */
export const Code = {
  OPEN_BIDI: 0,
  OPEN_UNI: 1,
  WRITE: 2,
  FINISH: 3,
  RESET: 4,
  STOP: 5,
  DATAGRAM: 6,
  PUBLISH: 7,
} as const;

/** Streams that the session opened, by the type of its first message: the newest of those. Others count the peer's own. */
export const Asked = { HELLO: 0x81, ANNOUNCE: 0x90, SUBSCRIBE: 0xa0, PROBE: 0xb0 } as const;

/** One step: code, stream, length in 16 bits, bytes. The upper half of the code's byte is a pause in ms. */
export interface Operation {
  readonly code: number;
  readonly pauseMs: number;
  /** Which stream, modulo how many there are. */
  readonly stream: number;
  readonly bytes: Uint8Array;
}

/** The peer's relay id, as the transport authenticated it. */
export const PEER = 'peer-1';
/** A path that the session's relay publishes. */
export const OWN_PATH = 'default/live/own';
/** The epoch of everything. */
export const EPOCH = 100;

/** The operations of a script; the first byte is not part of them. */
export function* read(script: Uint8Array): Iterable<Operation> {
  let count = 0;
  for (let at = 1; at + 4 <= script.length && count < MAX_OPERATIONS; count++) {
    const [first, stream, high, low] = script.subarray(at, at + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const end = Math.min(script.length, at + 4 + high * 256 + low);
    yield { code: first & 0x0f, pauseMs: first >> 4, stream, bytes: script.slice(at + 4, end) };
    at = end;
  }
}

function step(code: number, stream: number, ...bytes: readonly Uint8Array[]): Uint8Array {
  const body = concat(...bytes);
  return concat(Uint8Array.of(code | 0x40, stream, body.length >> 8, body.length), body);
}

const hello: ControlMessage = { kind: 'hello', versions: [1], relayId: PEER, software: 's', region: '' };
const announce: Announce = {
  kind: 'announce',
  path: 'default/live/sample',
  epoch: EPOCH,
  hops: [PEER],
};
const subscribe: Subscribe = {
  kind: 'subscribe',
  subscriptionId: 1,
  path: OWN_PATH,
  tracks: [],
  start: 'newest',
  latencyBudgetMs: 0,
  resume: undefined,
};

const say = (...messages: readonly ControlMessage[]) => concat(...messages.map(encodeControl));
const open = (...messages: readonly ControlMessage[]) => step(Code.OPEN_BIDI, 0, say(...messages));
const write = (stream: number, ...messages: readonly ControlMessage[]) =>
  step(Code.WRITE, stream, say(...messages));
const wait = step(8, 4);
const publish = step(Code.PUBLISH, 0);

const group = (sequence: number, kinds: readonly FrameKind[]) => {
  const media = kinds[0] === 'audio' ? ('audio' as const) : ('video' as const);
  const base = sequence * 10;
  const header = {
    subscriptionId: 1,
    track: { media, index: 0 },
    epoch: EPOCH,
    sequence,
    initVersion: media === 'video' ? 0 : undefined,
    skippedFrames: 0,
    baseOrdinal: base,
    baseTimestamp: 0,
  };
  const frames = kinds.flatMap((kind, at) =>
    encodeFrame(
      { kind, ordinal: base + at, timestamp: at * 40, payload: new Uint8Array(30 + at) },
      { ordinal: Math.max(base, base + at - 1), timestamp: Math.max(0, (at - 1) * 40) },
    ),
  );
  return concat(encodeGroupHeader(header), ...frames);
};
const track = concat(
  encodeTrackHeader({ subscriptionId: 1, track: { media: 'video', index: 0 }, epoch: EPOCH }),
  ...encodeInit({ version: 0, ordinal: 0, timestamp: 0, payload: new Uint8Array(20) }),
);

/** The side the session takes (0: it accepts), the peer's Hello, and time for what the session asks then. */
const BEGINNINGS = [
  concat(Uint8Array.of(0), open(hello), wait),
  concat(Uint8Array.of(1), write(Asked.HELLO, hello), wait),
];

const ok: ControlMessage = { kind: 'subscribe-ok', epoch: EPOCH, firstOrdinal: 0 };
/** Announces a broadcast and feeds it to the session. */
const FEED: readonly Uint8Array[] = [
  open(announce),
  wait,
  write(Asked.SUBSCRIBE, ok),
  step(Code.OPEN_UNI, 0, track),
  step(Code.OPEN_UNI, 0, group(0, ['key', 'delta', 'delta'])),
  step(Code.OPEN_UNI, 0, group(1, ['key', 'discardable'])),
  step(Code.OPEN_UNI, 0, group(2, ['audio', 'audio'])),
  wait,
];
/** Subscribes to what the session has, and lets it publish. */
const SERVED: readonly Uint8Array[] = [
  write(Asked.ANNOUNCE, { kind: 'announce-ok' }),
  open(subscribe),
  wait,
  publish,
  open({ ...subscribe, subscriptionId: 2, start: 'earliest', tracks: [{ media: 'video', index: 0 }] }),
  open({ ...subscribe, subscriptionId: 3, resume: { epoch: EPOCH, ordinal: 2 } }),
  open({ ...subscribe, subscriptionId: 4, path: 'default/live/none' }),
  open({ kind: 'probe', sequence: 1, timeMs: 5 }),
  publish,
  wait,
];
const STEPS: readonly Uint8Array[] = [
  ...FEED,
  ...SERVED,
  ...[1, 2, 3].map((stream) => write(stream, { ...announce, epoch: EPOCH + stream })),
  ...[1, 2, 3].map((stream) => write(stream, { kind: 'subscribe-update', latencyBudgetMs: 9 })),
  write(Asked.SUBSCRIBE, { kind: 'subscribe-end', reason: 1, streams: 3 }),
  write(Asked.SUBSCRIBE, { kind: 'request-error', code: 5, reason: 'no' }),
  write(Asked.ANNOUNCE, { kind: 'request-error', code: 4, reason: 'no' }),
  write(Asked.PROBE, { kind: 'probe-reply', sequence: 0, timeMs: 1, peerTimeMs: 2 }),
  write(0, { kind: 'goaway', reason: 1, drainMs: 100, text: '' }),
  write(Asked.HELLO, { kind: 'goaway', reason: 1, drainMs: 100, text: '' }),
  ...[1, 2, 3, 4, Asked.SUBSCRIBE, Asked.ANNOUNCE].map((stream) => step(Code.FINISH, stream)),
  ...[1, 2, 3, 4, Asked.SUBSCRIBE].map((stream) => step(Code.RESET, stream, Uint8Array.of(stream * 3))),
  ...[1, 2, 3].map((stream) => step(Code.STOP, stream, Uint8Array.of(stream))),
  step(Code.DATAGRAM, 0, hex('00aa')),
  step(Code.OPEN_UNI, 0, hex('0700')),
];

/** Whole conversations that break no rule. */
export function conversations(): Uint8Array[] {
  return BEGINNINGS.flatMap((beginning) => [
    concat(
      beginning,
      ...FEED,
      write(Asked.SUBSCRIBE, { kind: 'subscribe-end', reason: 1, streams: 4 }),
      wait,
    ),
    concat(beginning, ...SERVED),
    concat(beginning, ...FEED, ...SERVED),
  ]);
}

/** Steps in any order, some of them mutated inside. */
export function scramble(random: Random): Uint8Array {
  const parts: Uint8Array[] = [
    random.chance(0.97) ? random.pick(BEGINNINGS) : Uint8Array.of(random.integer(0, 1)),
  ];
  if (random.chance(0.6)) parts.push(...random.pick([FEED, SERVED]).slice(0, random.integer(2, 9)));
  for (let count = random.integer(1, 14); count > 0; count--) {
    const sane = random.pick(STEPS);
    parts.push(random.chance(0.4) ? distort(sane, random) : sane);
  }
  return concat(...parts);
}

function distort(sane: Uint8Array, random: Random): Uint8Array {
  const body = mutate(sane.subarray(4), random, STEPS).subarray(0, 0xffff);
  return step(
    (sane[0] as number) & 0x0f,
    random.chance(0.8) ? (sane[1] as number) : random.integer(0, 9),
    body,
  );
}

/** The worst that can be thought of. */
export function cases(): FuzzCase[] {
  const many = (count: number, one: (at: number) => Uint8Array) =>
    Array.from({ length: count }, (_, at) => one(at));
  const greeted = BEGINNINGS[0] as Uint8Array;
  const list: [string, readonly Uint8Array[]][] = [
    ['60 streams that say nothing', many(60, () => step(Code.OPEN_BIDI, 0))],
    ['60 requests before the Hello', []],
    ['60 announcements', many(60, (at) => open({ ...announce, path: `default/live/s${at}` }))],
    ['60 subscriptions', many(60, (at) => open({ ...subscribe, subscriptionId: at + 1 }))],
    [
      '60 subscriptions whose answers are not read',
      many(60, (at) => concat(open({ ...subscribe, subscriptionId: at + 1 }), publish)),
    ],
    [
      '60 resets with codes of their own',
      many(60, (at) =>
        concat(step(Code.OPEN_UNI, 0, hex('02')), step(Code.RESET, at + 1, Uint8Array.of(at + 20))),
      ),
    ],
    ['groups that never end', many(40, (at) => step(Code.OPEN_UNI, 0, group(at, ['key'])))],
    [
      '500 epochs of one path',
      [open(announce), ...many(100, (at) => write(1, { ...announce, epoch: EPOCH + at }))],
    ],
    [
      '30,000 probes',
      [step(Code.OPEN_BIDI, 0, ...many(8000, () => say({ kind: 'probe', sequence: 1, timeMs: 1 })))],
    ],
    ['a second Hello', [write(0, hello)]],
    ['the stream of Hello ends', [step(Code.FINISH, 0)]],
    ['hops that hold the session', [open({ ...announce, hops: [PEER, 'victim-1', PEER] })]],
    [
      'a broadcast announced and subscribed to by the same peer',
      [open({ ...announce, path: OWN_PATH }), open(subscribe), wait],
    ],
  ];
  return list.map(([name, steps]) => ({
    name,
    input:
      name === '60 requests before the Hello'
        ? concat(Uint8Array.of(0), ...many(60, (at) => open({ ...announce, path: `default/live/s${at}` })))
        : concat(greeted, ...steps, wait),
  }));
}

const MAX_OPERATIONS = 1_500;
