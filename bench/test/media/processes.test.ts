import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { encodeFlvHeader, encodeTag } from '@longhaul/flv';
import { temporaryDirectory } from '@longhaul/testkit';
import t from 'tap';
import { startRelayPair } from '../../src/delay/relay-pair.js';
import * as Broadcast from '../../src/media/broadcast.js';
import * as Media from '../../src/media/index.js';

t.setTimeout(240_000);

interface Running {
  readonly child: ChildProcess;
  /** Resolves with the first event of this name. */
  event(name: string): Promise<Record<string, unknown>>;
  readonly exit: Promise<number | null>;
}

function run(entry: string, options: object): Running {
  const child = spawn(process.execPath, [entry, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (piece) => {
    text += piece;
    child.emit('told');
  });
  const exit = once(child, 'close').then(([code]) => {
    child.emit('told');
    return code as number | null;
  });
  const event = async (name: string) => {
    for (;;) {
      const lines = text.split('\n').slice(0, -1);
      const found = lines.map((line) => JSON.parse(line)).find((each) => each.event === name);
      if (found !== undefined) return found;
      if (child.exitCode !== null) throw new Error(`ended without ${name}: ${text}`);
      await once(child, 'told');
    }
  };
  return { child, event, exit };
}

t.test('every frame comes through a pair of relays as it was sent', async (t) => {
  const directory = await temporaryDirectory(t);
  const pair = await startRelayPair({ onLog: () => undefined });
  t.teardown(() => pair.stop());
  const files = { sent: join(directory, 'sent.json.gz'), received: join(directory, 'received.json.gz') };
  const viewers = [
    run(Media.RECEIVER_PROCESS, {
      url: `http://${pair.center.http}/live/m.flv`,
      seed: 3,
      record: files.received,
    }),
    run(Media.RECEIVER_PROCESS, { url: `rtmp://${pair.edge.rtmp}/live/m`, seed: 3, idleMs: 3_000 }),
  ] as const;
  await Promise.all(viewers.map((viewer) => viewer.event('started')));
  const source = run(Media.SOURCE_PROCESS, {
    url: `rtmp://${pair.edge.rtmp}/live/m`,
    shape: '4m-2s-b',
    seed: 3,
    durationS: 3,
    record: files.sent,
  });
  await source.event('started');
  await viewers[0].event('playing');
  t.equal(await source.exit, 0);
  const ended = await source.event('ended');
  t.equal(ended.frames, 90 + 141);
  // The last frames are on their way to both: what ends by itself says when.
  t.equal(await viewers[1].exit, 0);
  viewers[0].child.kill('SIGTERM');
  t.equal(await viewers[0].exit, 0);
  t.match(await viewers[1].event('ended'), { frames: 231, corrupt: 0, duplicated: 0, strangers: 0 });

  const [sent, received] = [await Media.readSent(files.sent), await Media.readReceived(files.received)];
  const { frames, session } = Media.joinRun({ sent, received });
  t.match(session, { corrupt: 0, duplicated: 0 });
  t.equal(received.strangers, 0);
  t.equal(frames?.sequence.length, 231);
  t.same(
    frames?.sequence,
    Array.from({ length: 231 }, (_, at) => at),
  );
  const delays = frames?.arrivalUs.map((arrival, at) => (arrival ?? 0) - (frames.captureUs[at] ?? 0)) ?? [];
  t.ok(
    delays.every((delay) => delay > 0 && delay < 3e6),
    'both ends have one clock',
  );
  const lateness = sent.frames.lateUs;
  t.ok(
    lateness.every((late) => late >= 0),
    'no frame leaves before its time',
  );
  const { connectStartUs = 0, connectedUs = 0, firstByteUs = 0, firstKeyFrameUs = 0 } = session ?? {};
  t.ok(connectStartUs < connectedUs && connectedUs < firstByteUs && firstByteUs <= firstKeyFrameUs);
});

t.test('a source that is told to stop leaves a record of what it sent', async (t) => {
  const pair = await startRelayPair({ onLog: () => undefined });
  t.teardown(() => pair.stop());
  const record = join(await temporaryDirectory(t), 'sent.json.gz');
  const source = run(Media.SOURCE_PROCESS, {
    url: `rtmp://${pair.edge.rtmp}/live/m`,
    seed: 1,
    durationS: 60,
    audio: false,
    record,
  });
  await source.event('started');
  source.child.kill('SIGTERM');
  t.equal(await source.exit, 0);
  const sent = await Media.readSent(record);
  t.equal(sent.reason, 'signal');
  t.ok(sent.frames.sequence.length < 60 * 30);
  t.notOk(sent.frames.track.includes(1), 'video alone');
});

t.test('FLV on standard input is read, and a changed byte is told', async (t) => {
  const directory = await temporaryDirectory(t);
  const options = { shape: '2.5m-1s', seed: 5, durationS: 1, audio: true };
  const tags = [
    ...Broadcast.headerTags(options),
    ...[...Broadcast.plannedFrames(options)].map((frame) =>
      Broadcast.tagOf(frame, { seed: 5, captureUs: frame.dueUs }),
    ),
  ];
  const broken = Buffer.from(tags.at(-1)?.payload ?? []);
  broken[70] = (broken[70] ?? 0) ^ 1;
  tags[tags.length - 1] = { ...(tags.at(-1) as (typeof tags)[number]), payload: broken };
  const file = join(directory, 'a.flv');
  const pieces = tags.flatMap((tag) => encodeTag(tag));
  writeFileSync(file, Buffer.concat([encodeFlvHeader({ audio: true, video: true }), ...pieces]));
  const viewer = run(Media.RECEIVER_PROCESS, { url: '-', seed: 5 });
  createReadStream(file).pipe(viewer.child.stdin as NodeJS.WritableStream);
  t.equal(await viewer.exit, 0);
  t.match(await viewer.event('ended'), { reason: 'complete', frames: 76, corrupt: 1, strangers: 0 });
});

t.test('bad options and servers that are not there end with one line', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  const url = `rtmp://127.0.0.1:${port}/live/m`;
  const cases: [string, object, number, RegExp][] = [
    [Media.SOURCE_PROCESS, { url, seed: 1 }, 2, /durationS is undefined: write a number/],
    [Media.SOURCE_PROCESS, { url, seed: 1, durationS: -1 }, 2, /durationS is -1: write 0 or more/],
    [Media.SOURCE_PROCESS, { url, seed: 1, durationS: 1, colour: 1 }, 2, /unknown option colour/],
    [Media.SOURCE_PROCESS, { url, seed: 1, durationS: 1, shape: 'x' }, 2, /no media shape "x"/],
    [Media.SOURCE_PROCESS, { url: 'http://a/b', seed: 1, durationS: 1 }, 2, /write rtmp:/],
    [Media.SOURCE_PROCESS, { url, seed: 1, durationS: 1 }, 1, /connection refused/],
    [Media.RECEIVER_PROCESS, { url: 'nowhere', seed: 1 }, 2, /no media address/],
    [Media.RECEIVER_PROCESS, { url, seed: 1 }, 0, /connection refused/],
  ];
  for (const [entry, options, code, reason] of cases) {
    const process = run(entry, options);
    t.equal(await process.exit, code, JSON.stringify(options));
    t.match((await process.event('ended')).reason, reason);
  }
});
