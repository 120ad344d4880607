/**
 * Records what other programs say, for tests that run everywhere: `node dist/test/interop/record.js`. Needs ffmpeg,
 * rtmpdump, GStreamer and nginx-rtmp. `recordings.json` says what is in each recording.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MediaMessage } from '../../src/index.js';
import { broadcast } from './media.js';
import * as Nginx from './nginx-server.js';
import * as Programs from './programs.js';
import * as TinyClient from './tiny-client.js';
import { startTinyServer } from './tiny-server.js';

const ends: (() => unknown)[] = [];
const owner: Programs.Owner = {
  teardown: (end) => ends.unshift(end),
};
const summary: Record<string, object> = {};

function keep(name: string, pieces: readonly Uint8Array[], messages: readonly MediaMessage[]): void {
  writeFileSync(Programs.fixture(`${name}.bin`), Buffer.concat(pieces));
  summary[name] = { messages: messages.length, sha256: digest(messages) };
}

/** Types, times and payloads of all messages. */
function digest(messages: readonly MediaMessage[]): string {
  const hash = createHash('sha256');
  for (const { type, timestamp, payload } of messages) {
    hash.update(`${type} ${timestamp} ${payload.length}\n`).update(payload);
  }
  return hash.digest('hex');
}

async function recordPublisher(name: string, program: string, args: (url: string) => readonly string[]) {
  const pieces: Uint8Array[] = [];
  const server = await startTinyServer({ onBytes: (bytes) => pieces.push(bytes) });
  await Programs.succeeds(program, args(`rtmp://127.0.0.1:${server.port}/live/sample`));
  await server.until(() => server.publications[0]?.ended === true);
  keep(name, pieces, server.publications[0]?.messages ?? []);
  await server.close();
}

const clip = join(Programs.scratch(owner), 'clip.flv');
await Programs.succeeds('ffmpeg', [
  ...Programs.QUIET,
  ...[
    '-f',
    'lavfi',
    '-i',
    'testsrc=size=64x48:rate=10',
    '-f',
    'lavfi',
    '-i',
    'sine=sample_rate=22050',
    '-t',
    '1',
  ],
  ...['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '5', '-c:a', 'aac', '-b:a', '24k', clip],
]);
await recordPublisher('ffmpeg-publish', 'ffmpeg', (url) => [
  ...Programs.QUIET,
  ...['-i', clip, '-c', 'copy', '-f', 'flv', url],
]);
for (const [name, sink] of [
  ['gstreamer-publish', 'rtmp2sink'],
  ['librtmp-publish', 'rtmpsink'],
] as const) {
  await recordPublisher(name, 'gst-launch-1.0', (url) => [
    ...['-q', 'flvmux', 'name=mux', 'streamable=true', '!', sink, `location=${url}`],
    ...['filesrc', `location=${clip}`, '!', 'flvdemux', 'name=demux'],
    ...'demux.video ! queue ! h264parse ! mux.video'.split(' '),
    ...'demux.audio ! queue ! aacparse ! mux.audio'.split(' '),
  ]);
}

const pieces: Uint8Array[] = [];
const server = await startTinyServer({
  replay: broadcast().slice(0, 20),
  onBytes: (bytes) => pieces.push(bytes),
});
const url = `rtmp://127.0.0.1:${server.port}/live/sample?token=a`;
await Programs.succeeds('rtmpdump', ['-q', '-v', '-r', url, '-o', '/dev/null']);
keep('rtmpdump-play', pieces, []);
await server.close();

const fromNginx: Uint8Array[] = [];
const nginx = `rtmp://127.0.0.1:${await Nginx.start(owner)}/live/sample`;
const publisher = await TinyClient.retry(() => TinyClient.connect({ action: 'publish', url: nginx }));
await publisher.ready;
const player = await TinyClient.connect({
  action: 'play',
  url: nginx,
  onBytes: (bytes) => fromNginx.push(bytes),
});
await player.ready;
for (const message of broadcast().slice(0, 40)) publisher.session.sendMedia(message);
publisher.flush();
await TinyClient.until(() => player.received.length >= 40);
keep('nginx-play', fromNginx, player.received);
publisher.socket.destroy();
player.socket.destroy();

writeFileSync(Programs.fixture('recordings.json'), `${JSON.stringify(summary, null, 2)}\n`);
for (const end of ends) await end();
