import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFlvHeader, encodeTag, FlvReader, type FlvTag } from '@longhaul/flv';
import t from 'tap';
import { runCli } from '../../src/cli.js';
import { readClip } from '../../src/publish/clip.js';
import { SAMPLE_FILE } from '../../src/start/options.js';
import { type FlvClient, TestFlvServer } from '../support/flv-server.js';
import { catchOutput } from '../support/output.js';
import { TestRtmpServer } from '../support/rtmp-server.js';

async function sampleTags(count: number): Promise<FlvTag[]> {
  const tags: FlvTag[] = [];
  for await (const tag of readClip(SAMPLE_FILE)) {
    tags.push(tag);
    if (tags.length === count) break;
  }
  return tags;
}

function sendTags(client: FlvClient, tags: readonly FlvTag[]): void {
  client.send(encodeFlvHeader({ audio: true, video: true }));
  client.send(Buffer.concat(tags.flatMap((tag) => encodeTag(tag))));
}

for (const scheme of ['http', 'ws'] as const) {
  t.test(`${scheme}-flv is written to a file, tag for tag`, async (t) => {
    const tags = await sampleTags(60);
    const server = await TestFlvServer.listen((client) => {
      sendTags(client, tags);
      client.end();
    });
    t.teardown(() => server.close());
    const file = join(t.testdir(), 'out.flv');
    const output = catchOutput();
    t.equal(await runCli(['play', server.url(scheme, 'a'), '-o', file], output), 0, output.err());
    t.strictSame(new FlvReader().push(readFileSync(file)).length, tags.length);
    t.match(new FlvReader().push(readFileSync(file)), tags);
    t.match(output.err(), /video .*audio/);
  });
}

t.test('"-o -" is standard output and nothing else stands there', async (t) => {
  const tags = await sampleTags(20);
  const server = await TestFlvServer.listen((client) => {
    sendTags(client, tags);
    client.end();
  });
  t.teardown(() => server.close());
  const output = catchOutput();
  t.equal(await runCli(['play', server.url('http', 'a'), '-o', '-'], output), 0);
  t.equal(new FlvReader().push(Buffer.from(output.out(), 'latin1')).length, tags.length);
});

t.test('an RTMP play ends with its publisher', async (t) => {
  const server = await TestRtmpServer.listen();
  t.teardown(() => server.close());
  const publishing = runCli(['publish', SAMPLE_FILE, server.url('a'), '--duration', '4'], catchOutput());
  while (!server.publishing('a')) await new Promise((resolve) => setTimeout(resolve, 5));
  const file = join(t.testdir(), 'out.flv');
  const output = catchOutput();
  t.equal(await runCli(['play', server.url('a'), '-o', file], output), 0, output.err());
  t.equal(await publishing, 0);
  const played = new FlvReader().push(readFileSync(file)).filter((tag) => tag.type === 9);
  t.ok(played.length > 80, `${played.length} video tags`);
});

t.test('--duration ends a stream that goes on', async (t) => {
  const tags = await sampleTags(20);
  const server = await TestFlvServer.listen((client) => sendTags(client, tags));
  t.teardown(() => server.close());
  const startMs = performance.now();
  t.equal(await runCli(['play', server.url('http', 'a'), '--duration', '0.5'], catchOutput()), 0);
  t.ok(performance.now() - startMs < 1_500);
});

t.test('what the server answers is in the one line of error', async (t) => {
  const server = await TestFlvServer.listen(() => {});
  t.teardown(() => server.close());
  server.answer = { status: 404, body: 'no broadcast live/a\nmore' };
  const output = catchOutput();
  const file = join(t.testdir(), 'out.flv');
  t.equal(await runCli(['play', server.url('http', 'a'), '-o', file], output), 1);
  t.match(output.err(), /404 Not Found: no broadcast live\/a \(LH_CLI_REFUSED\)/);
  t.notOk(existsSync(file) && readFileSync(file).length > 13, 'no media was invented');
  const webSocket = catchOutput();
  t.equal(await runCli(['play', server.url('ws', 'a')], webSocket), 1);
  t.match(webSocket.err(), /404.*LH_CLI_REFUSED/);
});

t.test('no media is exit code 3, no FLV is exit code 1', async (t) => {
  const server = await TestFlvServer.listen((client) => {
    client.send(encodeFlvHeader({ audio: true, video: true }));
    client.end();
  });
  const text = await TestFlvServer.listen((client) =>
    client.send(Buffer.from('<html>this is a page</html>')),
  );
  t.teardown(() => {
    server.close();
    text.close();
  });
  t.equal(await runCli(['play', server.url('http', 'a')], catchOutput()), 3);
  const output = catchOutput();
  t.equal(await runCli(['play', text.url('http', 'a')], output), 1);
  t.match(output.err(), /LH_CLI_MEDIA/);
});

t.test('a file that cannot be written ends the play', async (t) => {
  const tags = await sampleTags(20);
  const server = await TestFlvServer.listen((client) => sendTags(client, tags));
  t.teardown(() => server.close());
  const output = catchOutput();
  t.equal(await runCli(['play', server.url('http', 'a'), '-o', '/nonexistent/dir/a.flv'], output), 1);
  t.match(output.err(), /LH_CLI_FILE/);
});
