import { join } from 'node:path';
import t from 'tap';
import * as Programs from './programs.js';
import * as TinyClient from './tiny-client.js';

const skip = Programs.missing(Programs.FFMPEG);

for (const handshake of ['simple', 'digest'] as const) {
  t.test(`publishes to ffmpeg -listen with the ${handshake} handshake`, { skip }, async (t) => {
    const directory = Programs.scratch(t);
    const tags = await Programs.makeClip(join(directory, 'clip.flv'));
    const port = await Programs.freePort();
    const out = join(directory, 'out.flv');
    const url = `rtmp://127.0.0.1:${port}/live/sample`;
    const listener = Programs.start('ffmpeg', [
      ...Programs.QUIET,
      '-listen',
      '1',
      '-i',
      url,
      '-c',
      'copy',
      out,
    ]);
    const client = await TinyClient.retry(() => TinyClient.connect({ action: 'publish', url, handshake }));
    await client.ready;
    for (const tag of tags) client.session.sendMedia(tag);
    client.session.close();
    client.flush();
    client.socket.end();
    const { code, output } = await listener.finished;
    t.equal(code, 0, output);
    const count = (type: number, from: typeof tags) => from.filter((tag) => tag.type === type).length;
    const written = Programs.readTags(out);
    t.equal(count(9, written), count(9, tags));
    t.equal(count(8, written), count(8, tags));
  });
}

t.test('plays from ffmpeg -listen', { skip }, async (t) => {
  const directory = Programs.scratch(t);
  const clip = join(directory, 'clip.flv');
  const tags = await Programs.makeClip(clip);
  const port = await Programs.freePort();
  const url = `rtmp://127.0.0.1:${port}/live/sample`;
  const args = [...Programs.QUIET, '-i', clip, '-c', 'copy', '-f', 'flv', '-listen', '1', url];
  const listener = Programs.start('ffmpeg', args);
  const client = await TinyClient.retry(() => TinyClient.connect({ action: 'play', url }));
  await client.ready;
  await client.closed;
  listener.stop();
  await listener.finished;
  const video = (from: typeof tags) =>
    from.filter(({ type }) => type === 9).map(({ payload }) => Buffer.from(payload).toString('hex'));
  t.same(video(client.received), video(tags));
});
