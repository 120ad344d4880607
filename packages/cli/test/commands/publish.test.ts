import { createServer } from 'node:net';
import { encodeFlvHeader, encodeTag, type FlvTag } from '@longhaul/flv';
import t from 'tap';
import { runCli } from '../../src/cli.js';
import { readClip } from '../../src/publish/clip.js';
import { decodeStamp } from '../../src/publish/stamp.js';
import { SAMPLE_FILE } from '../../src/start/options.js';
import { TestFlvServer } from '../support/flv-server.js';
import { catchOutput } from '../support/output.js';
import { TestRtmpServer } from '../support/rtmp-server.js';

async function sampleTags(): Promise<FlvTag[]> {
  const tags: FlvTag[] = [];
  for await (const tag of readClip(SAMPLE_FILE)) tags.push(tag);
  return tags;
}

t.test('a file arrives in real time, frame for frame, and is unpublished', async (t) => {
  const server = await TestRtmpServer.listen();
  t.teardown(() => server.close());
  const output = catchOutput();
  const startMs = performance.now();
  const code = await runCli(['publish', SAMPLE_FILE, server.url('a'), '--duration', '4'], output);
  const tookMs = performance.now() - startMs;
  t.equal(code, 0, output.err());
  // The file has more than 8 s: it was the duration that ended it.
  t.ok(tookMs > 3_900 && tookMs < 8_000, `${tookMs} ms`);
  const received = server.received('a');
  const newest = received[received.length - 1]?.timestamp ?? 0;
  // Against the time it took: after a stall, frames that are due leave before the timer of the end.
  t.ok(newest > 3_000 && newest <= tookMs + 100, `${newest} ms of media in ${tookMs} ms`);
  const sent = await sampleTags();
  for (const [at, message] of received.entries()) {
    const tag = sent[at] as FlvTag;
    const same = message.timestamp === tag.timestamp && Buffer.compare(message.payload, tag.payload) === 0;
    if (!same || message.type !== tag.type) t.fail(`message ${at} is not the file's`);
  }
  t.ok(received.length > 100);
  t.notOk(server.publishing('a'));
  t.match(output.err(), /video .*audio .*kbit\/s/);
});

t.test('stamps stand just before frames and change none of them', async (t) => {
  const server = await TestRtmpServer.listen();
  t.teardown(() => server.close());
  const argv = [
    'publish',
    SAMPLE_FILE,
    server.url('a'),
    '--duration',
    '1',
    '--stamp',
    '--first-timestamp',
    '4294967000',
  ];
  t.equal(await runCli(argv, catchOutput()), 0);
  const received = server.received('a');
  let stamps = 0;
  for (const [at, message] of received.entries()) {
    const stamp = message.type === 18 ? decodeStamp(message.payload) : undefined;
    if (stamp === undefined) continue;
    const frame = received[at + 1];
    t.equal(stamp.sequence, stamps++);
    t.match(frame, { type: 9, timestamp: message.timestamp });
    t.ok(Math.abs(stamp.wallMs - Date.now()) < 10_000);
  }
  const pictures = received.filter(({ type, payload }) => type === 9 && payload[1] === 1);
  t.equal(stamps, pictures.length);
  t.ok(
    pictures.some(({ timestamp }) => timestamp < 1_000),
    'the timestamps wrap',
  );
});

t.test('a live stream is carried over as it comes', async (t) => {
  // 6.4 s of media.
  const tags = (await sampleTags()).slice(0, 500);
  const http = await TestFlvServer.listen((client) => {
    client.send(encodeFlvHeader({ audio: true, video: true }));
    for (const tag of tags) for (const bytes of encodeTag(tag)) client.send(bytes);
    client.end();
  });
  const server = await TestRtmpServer.listen();
  t.teardown(() => {
    http.close();
    server.close();
  });
  const startMs = performance.now();
  t.equal(await runCli(['publish', http.url('http', 'x'), server.url('b')], catchOutput()), 0);
  t.ok(performance.now() - startMs < 3_000, 'not slowed to its timestamps');
  t.equal(server.received('b').length, tags.length);
});

t.test('a source is let go of when the server refuses or ends', async (t) => {
  const tags = (await sampleTags()).slice(0, 40);
  let clients = 0;
  const http = await TestFlvServer.listen((client) => {
    clients++;
    client.onClosed(() => clients--);
    client.send(encodeFlvHeader({ audio: true, video: true }));
    for (const tag of tags) for (const bytes of encodeTag(tag)) client.send(bytes);
  });
  const server = await TestRtmpServer.listen();
  t.teardown(() => {
    http.close();
    server.close();
  });
  const publishing = runCli(['publish', http.url('http', 'x'), server.url('b')], catchOutput());
  while (server.received('b').length < tags.length) await new Promise((resolve) => setTimeout(resolve, 5));
  server.dropAll();
  t.equal(await publishing, 1, 'though the source has nothing new');
  server.refusal = { code: 'NetStream.Publish.Rejected', description: 'no' };
  t.equal(await runCli(['publish', http.url('http', 'x'), server.url('b')], catchOutput()), 1);
  for (let waited = 0; clients > 0 && waited < 2_000; waited += 10)
    await new Promise((resolve) => setTimeout(resolve, 10));
  t.equal(clients, 0);
});

t.test('what the server says is in the one line of error', async (t) => {
  const server = await TestRtmpServer.listen();
  t.teardown(() => server.close());
  server.refusal = { code: 'NetStream.Publish.BadName', description: 'live/a is being published' };
  const output = catchOutput();
  t.equal(await runCli(['publish', SAMPLE_FILE, `${server.url('a')}?token=secret`], output), 1);
  t.match(output.err(), /publish refused.*NetStream\.Publish\.BadName.*being published/);
  t.match(output.err(), /LH_CLI_REFUSED/);
  t.notMatch(output.err(), /secret/);
});

t.test('a server that is not there, and one that goes away', async (t) => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address() as { port: number };
  await new Promise<void>((resolve) => closed.close(() => resolve()));
  const refused = catchOutput();
  t.equal(await runCli(['publish', SAMPLE_FILE, `rtmp://127.0.0.1:${port}/live/a`], refused), 1);
  t.match(refused.err(), /connection refused.*LH_CLI_CONNECT/);

  const server = await TestRtmpServer.listen();
  t.teardown(() => server.close());
  const dropped = catchOutput();
  const publishing = runCli(['publish', SAMPLE_FILE, server.url('a'), '--loop'], dropped);
  while (server.received('a').length < 20) await new Promise((resolve) => setTimeout(resolve, 10));
  server.dropAll();
  t.equal(await publishing, 1);
  t.match(dropped.err(), /LH_CLI_CLOSED/);
});

t.test('a file that cannot be read is said before the server is asked', async (t) => {
  const output = catchOutput();
  t.equal(await runCli(['publish', '/nonexistent.flv', 'rtmp://127.0.0.1:1/live/a'], output), 1);
  t.match(output.err(), /nonexistent\.flv.*LH_CLI_FILE/);
});
