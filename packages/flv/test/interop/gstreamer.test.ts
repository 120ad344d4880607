import { join } from 'node:path';
import t from 'tap';
import * as Programs from './programs.js';
import { startTinyServer } from './tiny-server.js';

const skip =
  Programs.notHere('gst-launch-1.0', 'gstreamer1.0-tools gstreamer1.0-plugins-bad') ||
  Programs.missing(Programs.FFMPEG);

// rtmp2sink is GStreamer's own; rtmpsink is librtmp, which OBS has a copy of.
for (const sink of ['rtmp2sink', 'rtmpsink']) {
  t.test(`${sink} publishes, is seen to stop, and every frame arrives`, { skip }, async (t) => {
    const clip = join(Programs.scratch(t), 'clip.flv');
    const tags = await Programs.makeClip(clip);
    const server = await startTinyServer();
    t.teardown(() => server.close());
    const location = `location=rtmp://127.0.0.1:${server.port}/live/sample`;
    const remux = ['flvmux', 'name=mux', 'streamable=true', '!', sink, location];
    const video = 'demux.video ! queue ! h264parse ! mux.video'.split(' ');
    const audio = 'demux.audio ! queue ! aacparse ! mux.audio'.split(' ');
    const source = ['filesrc', `location=${clip}`, '!', 'flvdemux', 'name=demux'];
    await Programs.succeeds('gst-launch-1.0', ['-q', ...remux, ...source, ...video, ...audio]);
    await server.until(() => server.publications[0]?.ended === true);
    const seen = server.publications[0];
    t.match(seen?.request, { app: 'live', name: 'sample' });
    const frames = (messages: typeof tags, type: number) =>
      messages.filter((message) => message.type === type && message.payload[1] === 1);
    for (const type of [8, 9]) {
      t.equal(frames(seen?.messages ?? [], type).length, frames(tags, type).length, `frames of type ${type}`);
    }
    t.equal(seen?.kinds.filter((kind) => kind === 'key').length, 2);
    t.same(server.errors, []);
  });
}

t.test('GStreamer plays', { skip }, async (t) => {
  const directory = Programs.scratch(t);
  const tags = await Programs.makeClip(join(directory, 'clip.flv'));
  const server = await startTinyServer({ replay: tags });
  t.teardown(() => server.close());
  const out = join(directory, 'out.flv');
  const source = ['rtmp2src', `location=rtmp://127.0.0.1:${server.port}/live/sample`];
  await Programs.succeeds('gst-launch-1.0', ['-q', ...source, '!', 'filesink', `location=${out}`]);
  const hex = (from: typeof tags) =>
    from.filter(({ type }) => type !== 18).map(({ payload }) => Buffer.from(payload).toString('hex'));
  const written = hex(Programs.readTags(out));
  // its source element throws away what it holds when the end of the stream is announced
  t.ok(written.length >= hex(tags).length - 5, `${written.length} of ${hex(tags).length} messages`);
  t.same(written, hex(tags).slice(0, written.length));
  t.same(server.errors, []);
});
