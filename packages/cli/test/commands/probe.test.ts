import { monitorEventLoopDelay } from 'node:perf_hooks';
import { encodeFlvHeader, encodeTag, type FlvTag } from '@longhaul/flv';
import t from 'tap';
import { runCli } from '../../src/cli.js';
import { readClip } from '../../src/publish/clip.js';
import { SAMPLE_FILE } from '../../src/start/options.js';
import { type FlvClient, TestFlvServer } from '../support/flv-server.js';
import { catchOutput } from '../support/output.js';
import { TestRtmpServer } from '../support/rtmp-server.js';

/** How often the event loop is looked at for stalls. */
const LOOP_LOOK_MS = 10;

t.test('a stamped RTMP stream is measured end to end', async (t) => {
  const server = await TestRtmpServer.listen();
  t.teardown(() => server.close());
  const publishing = runCli(
    ['publish', SAMPLE_FILE, server.url('a'), '--stamp', '--duration', '4.5'],
    catchOutput(),
  );
  while (!server.publishing('a')) await new Promise((resolve) => setTimeout(resolve, 5));
  const output = catchOutput();
  const loop = monitorEventLoopDelay({ resolution: LOOP_LOOK_MS });
  loop.enable();
  t.equal(await runCli(['probe', server.url('a'), '--duration', '4', '--json'], output), 0, output.err());
  loop.disable();
  await publishing;
  const report = JSON.parse(output.out());
  t.match(report, {
    ok: true,
    error: null,
    connectMs: Number,
    acceptMs: Number,
    firstByteMs: Number,
    firstKeyFrameMs: Number,
    stampsMissing: 0,
    tracks: { video0: { codec: 'h264', backwardSteps: 0 }, audio0: { codec: 'aac', backwardSteps: 0 } },
  });
  t.ok(report.connectMs <= report.acceptMs && report.acceptMs <= report.firstKeyFrameMs, 'in their order');
  t.ok(report.delayMs.count > 80, `${report.delayMs.count} stamped frames`);
  t.ok(report.delayMs.p50 >= 0 && report.delayMs.p50 < 50, `p50 ${report.delayMs.p50} ms on loopback`);
  t.ok(
    Math.abs(report.tracks.video0.framesPerSecond - 30) < 4,
    `${report.tracks.video0.framesPerSecond} frames/s`,
  );
  // Publisher, server and probe are this process: a frame is as late as its longest stall.
  const stallMs = loop.max / 1e6 - LOOP_LOOK_MS;
  t.ok(report.latenessMs.p95 < 200 + stallMs, `p95 ${report.latenessMs.p95} ms late, stalled ${stallMs} ms`);
});

async function stampless(client: FlvClient): Promise<void> {
  client.send(encodeFlvHeader({ audio: true, video: true }));
  const tags: FlvTag[] = [];
  for await (const tag of readClip(SAMPLE_FILE)) if (tag.timestamp < 1_000) tags.push(tag);
  client.send(Buffer.concat(tags.flatMap((tag) => encodeTag(tag))));
}

t.test('a stream that stops is a stall, and without stamps there is no delay', async (t) => {
  const server = await TestFlvServer.listen((client) => void stampless(client));
  t.teardown(() => server.close());
  const json = catchOutput();
  t.equal(await runCli(['probe', server.url('http', 'a'), '--duration', '3', '--json'], json), 0, json.err());
  const report = JSON.parse(json.out());
  t.equal(report.delayMs, null);
  t.match(report.player, { stalls: 1 });
  t.ok(report.player.stalledMs > 1_000, `${report.player.stalledMs} ms`);
  t.ok(report.tracks.video0.longestGapMs > 1_500);
});

t.test('people get a table', async (t) => {
  const server = await TestFlvServer.listen((client) => void stampless(client));
  t.teardown(() => server.close());
  const output = catchOutput();
  t.equal(await runCli(['probe', server.url('ws', 'a'), '--duration', '2'], output), 0);
  for (const words of [/first key frame complete +\d/, /video0 +h264/, /player model/, /--stamp/])
    t.match(output.out(), words);
});

t.test('nothing is exit code 3, a refusal 1, and JSON says so', async (t) => {
  const server = await TestFlvServer.listen((client) =>
    client.send(encodeFlvHeader({ audio: true, video: true })),
  );
  t.teardown(() => server.close());
  const nothing = catchOutput();
  t.equal(await runCli(['probe', server.url('http', 'a'), '--duration', '0.3', '--json'], nothing), 3);
  t.match(JSON.parse(nothing.out()), { ok: false, error: null, firstKeyFrameMs: null });
  server.answer = { status: 404 };
  const refused = catchOutput();
  t.equal(await runCli(['probe', server.url('http', 'a'), '--duration', '5', '--json'], refused), 1);
  t.match(JSON.parse(refused.out()), { ok: false, error: { code: 'LH_CLI_REFUSED' } });
});
