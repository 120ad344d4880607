import type { Connection, SendEvents, SendStream } from '@longhaul/transport';
import t from 'tap';
import { Broadcast } from '../../src/broadcast.js';
import * as Chunks from '../../src/link/chunks.js';
import type { LinkContext } from '../../src/link/context.js';
import { Traffic } from '../../src/link/counters.js';
import { LinkDelivery } from '../../src/link/link-delivery.js';
import { DEFAULT_LINK_LIMITS, DEFAULT_LINK_TIMING } from '../../src/link/options.js';
import * as Priority from '../../src/link/priority.js';
import { TrackSender } from '../../src/link/track-sender.js';
import { TurnBudget } from '../../src/link/turn-budget.js';
import { LinkDelays } from '../../src/trace/link-delays.js';
import { PATH } from './fixture.js';

/** A stream that takes what its test allows, and remembers each write. */
class FakeStream implements SendStream {
  readonly id = 0;
  readonly writes: number[] = [];
  readonly priorities: number[];
  credit: number;
  events: SendEvents = {};
  ended: 'finished' | number | undefined;
  bytes = 0;

  constructor(priority: number, credit: number) {
    this.priorities = [priority];
    this.credit = credit;
  }

  listen(events: SendEvents): void {
    this.events = events;
  }

  write(chunks: readonly Uint8Array[]): number {
    const taken = Math.min(this.credit, Chunks.size(chunks));
    this.writes.push(taken);
    this.credit -= taken;
    this.bytes += taken;
    return taken;
  }

  finish(): void {
    this.ended = 'finished';
  }

  reset(code: number): void {
    this.ended = code;
  }

  setPriority(priority: number): void {
    this.priorities.push(priority);
  }

  /** Gives credit and tells. */
  grant(bytes: number): void {
    this.credit += bytes;
    this.events.onCredit?.();
  }
}

/** What a session's connection is to its senders. */
const UNMETERED = {
  wantedBytes: Number.POSITIVE_INFINITY,
  meterUnsent: () => false,
} as unknown as Connection;

/** A track of a broadcast and its sender. */
function sending(options: { credit?: number; firstOrdinal?: number; connection?: Connection } = {}) {
  const streams: FakeStream[] = [];
  const context: LinkContext = {
    closed: false,
    limits: DEFAULT_LINK_LIMITS,
    maxQueuedControlBytes: 0,
    budget: new TurnBudget(1, () => {}),
    timing: DEFAULT_LINK_TIMING,
    sent: new Traffic(),
    received: new Traffic(),
    delays: new LinkDelays('peer'),
    delivery: new LinkDelivery(options.connection ?? UNMETERED, {}, () => 0),
    now: () => 0,
    openUni: (priority) => {
      const stream = new FakeStream(priority, options.credit ?? 1_000_000);
      streams.push(stream);
      return stream;
    },
    notice: () => {},
    fail: () => {},
    violated: () => {},
    streamEndedEarly: () => {},
  };
  const broadcast = new Broadcast(PATH, 1);
  const track = broadcast.openTrack('video', 0, 0);
  const sender = new TrackSender({
    track,
    subscriptionId: 1,
    epoch: 1,
    firstOrdinal: options.firstOrdinal ?? 0,
    context,
    traffic: context.sent,
    latencyBudgetMs: () => 1_500,
    sending: context.delays.serve(PATH, broadcast.delays, 0),
    onStream: () => {},
    onStreamDone: () => {},
    isHeld: () => false,
    onKeyOver: () => {},
    onOverflow: () => {},
  });
  broadcast.observe({
    onFrame: (group, frame) => sender.frameAdded(group, frame),
    onGroupClosed: (group) => sender.groupClosed(group),
    onGroupReleased: (group) => sender.groupReleased(group),
  });
  const group = (sequence: number) => {
    const opened = track.openGroup({ sequence, initVersion: undefined }, 0);
    if (opened === undefined) throw new Error(`group ${sequence} is not kept`);
    return opened;
  };
  return { streams, context, sender, group, track };
}

function frame(ordinal: number, size = 100) {
  return {
    kind: ordinal % 10 === 0 ? 'key' : 'delta',
    ordinal,
    timestamp: ordinal,
    payload: new Uint8Array(size),
  } as const;
}

t.test('the newest group of a track stands at the top, older ones step back', async (t) => {
  const { streams, group } = sending();
  for (const sequence of [0, 1, 2]) group(sequence).append(frame(sequence * 10), 0);
  const top = Priority.ofGroup('video', 0);
  t.strictSame(
    streams.map(({ priorities }) => priorities),
    [[top, top - 1, top - 2], [top, top - 1], [top]],
  );
});

t.test('a group that is sent does not step back, one that comes late begins behind', async (t) => {
  const { streams, group } = sending();
  const first = group(5);
  first.append(frame(50), 0);
  first.close('complete', 0);
  t.equal(streams[0]?.ended, 'finished');
  group(9).append(frame(90), 0);
  group(7).append(frame(70), 0);
  const top = Priority.ofGroup('video', 0);
  t.strictSame(
    streams.map(({ priorities }) => priorities),
    [[top], [top], [top - 1]],
  );
});

t.test('groups from before the start are not sent when they come late', async (t) => {
  const { streams, group } = sending({ firstOrdinal: 60 });
  const late = group(5);
  late.append(frame(50), 0);
  late.append(frame(61), 0);
  late.close('complete', 0);
  group(6).append(frame(60), 0);
  t.equal(streams.length, 1);
});

t.test('everything that is there goes into one write', async (t) => {
  const { streams, group, sender, context } = sending();
  const known = group(0);
  for (let ordinal = 0; ordinal < 50; ordinal += 1) known.append(frame(ordinal), 0);
  t.equal(streams[0]?.writes.length, 50, 'frames that come one by one go one by one');
  const second = group(1);
  const quiet = sending();
  for (let ordinal = 0; ordinal < 50; ordinal += 1) second.append(frame(100 + ordinal), 0);
  quiet.sender.startGroup(second, 0);
  t.equal(quiet.streams[0]?.writes.length, 1);
  t.equal(quiet.context.sent.snapshot().frames, 50);
  t.equal(sender.openStreams, 2);
  t.equal(context.sent.snapshot().frames, 100);
});

t.test('a stream without credit holds a cursor, not frames', async (t) => {
  const { streams, group, context } = sending({ credit: 150 });
  const known = group(0);
  for (let ordinal = 0; ordinal < 10; ordinal += 1) known.append(frame(ordinal), 0);
  const [stream] = streams as [FakeStream];
  t.equal(context.sent.snapshot().frames, 1);
  t.equal(stream.writes.length, 2, 'nothing is tried while there is no credit');
  stream.grant(1);
  t.equal(context.sent.snapshot().frames, 1);
  stream.grant(100);
  t.equal(context.sent.snapshot().frames, 2, 'the rest of the frame that was begun, and more');
  known.close('truncated', 0);
  t.equal(stream.ended, undefined);
  stream.grant(10_000);
  t.equal(stream.ended, 'finished');
  t.equal(context.sent.snapshot().frames, 10);
});

t.test('the end of a truncated group waits for credit too', async (t) => {
  const { streams, group } = sending({ credit: 124 });
  const known = group(0);
  known.append(frame(0), 0);
  const [stream] = streams as [FakeStream];
  const left = stream.credit;
  known.close('truncated', 0);
  t.ok(left < 10);
  stream.grant(0);
  t.equal(stream.ended, left >= 4 ? 'finished' : undefined);
  stream.grant(10);
  t.equal(stream.ended, 'finished');
});

t.test('a group whose beginning the cache has trimmed is given up, what comes is counted', async (t) => {
  const { streams, track, context, sender } = sending();
  const unseen = track.openGroup({ sequence: 3, initVersion: undefined }, 0);
  if (unseen === undefined) throw new Error('group 3 is not kept');
  sender.startGroup(unseen, 1);
  unseen.append(frame(30), 0);
  t.equal(streams.length, 0, 'the frame to start with has not come');
  // Inside another event the cache may trim frames before anybody hears of them.
  const quiet = sending();
  quiet.sender.startGroup(unseen, 1);
  unseen.append(frame(31), 0);
  unseen.release(2);
  unseen.append(frame(32), 0);
  quiet.sender.frameAdded(unseen, frame(31));
  quiet.sender.frameAdded(unseen, frame(32));
  t.equal(quiet.streams.length, 0);
  t.strictSame(quiet.context.sent.snapshot().dropped, { evicted: { delta: 2 } });
  t.equal(context.sent.snapshot().frames, 2, 'the one that heard in time sent all');
  t.equal(quiet.sender.openStreams, 1);
  unseen.close('complete', 0);
  quiet.sender.groupClosed(unseen);
  t.equal(quiet.sender.openStreams, 0);
});

t.test('a group without frames has no stream', async (t) => {
  const { streams, group, sender } = sending();
  const empty = group(0);
  sender.startGroup(empty, 0);
  t.equal(sender.openStreams, 1);
  t.equal(sender.isAtFirstKey, false);
  t.strictSame(sender.send(1_000, false), { bytes: 0, isWithin: false });
  empty.close('complete', 0);
  t.equal(sender.openStreams, 0);
  const second = group(1);
  sender.startGroup(second, 0);
  second.close('truncated', 0);
  sender.groupClosed(second);
  t.equal(streams.length, 0);
});

t.test('a track that is given up tells nobody twice', async (t) => {
  const { streams, group, sender, track } = sending();
  track.setInit(0, { kind: 'init', ordinal: 0, timestamp: 0, payload: new Uint8Array(3) }, 0);
  sender.initAdded({
    version: 0,
    frame: { kind: 'init', ordinal: 0, timestamp: 0, payload: new Uint8Array(3) },
  });
  group(0).append(frame(0), 0);
  sender.cancel();
  sender.cancel();
  sender.finish();
  t.strictSame(
    streams.map(({ ended }) => ended),
    [6, 6],
  );
  sender.initAdded({
    version: 1,
    frame: { kind: 'init', ordinal: 1, timestamp: 0, payload: new Uint8Array(3) },
  });
  t.equal(streams[0]?.writes.length, 2);
});

t.test('init data without credit waits untouched, however many small records it is', async (t) => {
  const { streams, sender } = sending({ credit: 4 });
  for (let version = 0; version < 9; version += 1) {
    const payload = Uint8Array.of(version);
    sender.initAdded({ version, frame: { kind: 'init', ordinal: version, timestamp: 0, payload } });
  }
  t.strictSame(streams[0]?.writes, [4]);
  streams[0]?.grant(1_000);
  t.equal(streams[0]?.bytes, 6 + 9 * 6, 'a header and nine records');
});

t.test('a stream that is stopped when all was handed over changes nothing', async (t) => {
  const { streams, group, sender, context } = sending();
  const known = group(0);
  known.append(frame(0), 0);
  known.close('complete', 0);
  streams[0]?.events.onStopped?.(3);
  t.strictSame(context.sent.snapshot(), { frames: 1, bytes: 100, dropped: {} });
  t.equal(sender.openStreams, 0);
});

t.test('a group whose stream was stopped can be released or cancelled', async (t) => {
  for (const how of ['release', 'cancel'] as const) {
    const { streams, group, sender, context } = sending({ credit: 10 });
    const known = group(0);
    known.append(frame(0), 0);
    streams[0]?.events.onStopped?.(3);
    known.append(frame(1), 0);
    t.strictSame(context.sent.snapshot().dropped, { stopped: { key: 1, delta: 1 } });
    if (how === 'cancel') sender.cancel();
    else {
      known.discard();
      sender.groupReleased(known);
    }
    t.equal(sender.openStreams, 0, how);
    t.strictSame(context.sent.snapshot().dropped, { stopped: { key: 1, delta: 1 } });
  }
});

t.test('a group that the cache let go of does not hold up the one behind it', async (t) => {
  const transport = { wantedBytes: 0, meterUnsent: () => true, stats: () => ({ pacingRateBps: 0 }) };
  const { streams, context, group } = sending({ connection: transport as unknown as Connection });
  context.delivery.start();
  const older = group(0);
  for (const ordinal of [0, 1, 2]) older.append(frame(ordinal), 0);
  // A picture comes next in both: the lane's rank stays.
  group(1).append(frame(11), 0);
  older.release(2);
  transport.wantedBytes = 10_000;
  context.delivery.queue.pump();
  t.equal(streams[0]?.bytes, 0);
  t.ok(streams[0]?.ended, 'nothing of it can follow');
  t.ok((streams[1]?.bytes ?? 0) > 100);
  t.equal(context.delivery.queue.waiting, 0);
});

t.test('a frame has left when only what tells of dropped ones behind it has not', async (t) => {
  const whole = sending();
  whole.group(0).append(frame(0), 0);
  const bytes = whole.streams[0]?.bytes as number;

  const { streams, context, group } = sending({ credit: 0 });
  const opened = group(0);
  opened.append(frame(0), 0);
  opened.append({ ...frame(1, 0), kind: 'discardable', dropped: true }, 0);
  streams[0]?.grant(bytes + 1);
  t.equal(streams[0]?.bytes, bytes + 1);
  t.equal(context.sent.snapshot().frames, 1);
  streams[0]?.grant(100);
  t.equal(context.sent.snapshot().frames, 1);
});

t.test('frames that were begun are finished, however late', async (t) => {
  const transport = { wantedBytes: 10_000, meterUnsent: () => true, stats: () => ({ pacingRateBps: 1 }) };
  const { streams, context, group, sender } = sending({
    connection: transport as unknown as Connection,
    credit: 60,
  });
  context.delivery.start();
  for (const sequence of [0, 1]) group(sequence).append(frame(sequence * 10), 0);
  sender.judge(1_000_000);
  for (const stream of streams) stream.grant(1_000);
  t.strictSame(
    streams.map(({ ended }) => ended),
    [undefined, undefined],
  );
  t.strictSame(context.sent.snapshot(), { frames: 2, bytes: 200, dropped: {} });
});
