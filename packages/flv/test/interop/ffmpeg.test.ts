import { join } from 'node:path';
import t from 'tap';
import type { MediaMessage } from '../../src/index.js';
import * as Programs from './programs.js';
import { startTinyServer } from './tiny-server.js';

const skip = Programs.missing(Programs.FFMPEG);

t.test(
  'ffmpeg publishes: every payload and timestamp step arrives as it is in the file',
  { skip },
  async (t) => {
    const clip = join(Programs.scratch(t), 'clip.flv');
    const tags = await Programs.makeClip(clip);
    const server = await startTinyServer();
    t.teardown(() => server.close());
    const url = `rtmp://127.0.0.1:${server.port}/live/sample?token=secret`;
    await Programs.succeeds('ffmpeg', [...Programs.QUIET, '-i', clip, '-c', 'copy', '-f', 'flv', url]);
    await server.until(() => server.publications[0]?.ended === true);
    const seen = server.publications[0];
    t.match(seen?.request, {
      host: '127.0.0.1',
      app: 'live',
      name: 'sample',
      query: 'token=secret',
      mode: 'live',
    });
    for (const type of [8, 9] as const) {
      t.same(payloads(seen?.messages ?? [], type), payloads(tags, type), `payloads of type ${type}`);
      t.same(steps(seen?.messages ?? [], type), steps(tags, type), `timestamp steps of type ${type}`);
    }
    t.equal(seen?.kinds.filter((kind) => kind === 'key').length, 2, 'the end of sequence is no key frame');
    t.equal(seen?.kinds.filter((kind) => kind === 'init').length, 3, 'metadata and two sequence headers');
    t.ok(seen?.kinds.includes('discardable'), 'B-frames nobody refers to');
    t.same(server.errors, []);
  },
);

t.test('ffmpeg plays: it writes every frame it was sent', { skip }, async (t) => {
  const directory = Programs.scratch(t);
  const tags = await Programs.makeClip(join(directory, 'clip.flv'));
  const server = await startTinyServer({ replay: tags });
  t.teardown(() => server.close());
  const out = join(directory, 'out.flv');
  const url = `rtmp://127.0.0.1:${server.port}/live/sample`;
  await Programs.succeeds('ffmpeg', [...Programs.QUIET, '-i', url, '-c', 'copy', '-f', 'flv', out]);
  const written = Programs.readTags(out);
  t.same(payloads(written, 9), payloads(tags, 9));
  t.same(payloads(written, 8), payloads(tags, 8));
  t.match(server.plays[0]?.request, { app: 'live', name: 'sample' });
  t.same(server.errors, []);
});

t.test('ffmpeg is told why it may not publish', { skip }, async (t) => {
  const server = await startTinyServer({
    refuse: { code: 'NetStream.Publish.BadName', description: 'in use' },
  });
  t.teardown(() => server.close());
  const url = `rtmp://127.0.0.1:${server.port}/live/sample`;
  const source = ['-f', 'lavfi', '-i', 'sine', '-t', '1', '-c:a', 'aac'];
  const { code, output } = await Programs.start('ffmpeg', [...Programs.QUIET, ...source, '-f', 'flv', url])
    .finished;
  t.not(code, 0);
  t.match(output, 'in use');
});

function payloads(messages: readonly MediaMessage[], type: number): string[] {
  return messages
    .filter((m) => m.type === type)
    .map(({ payload }) => Buffer.from(payload).toString('base64'));
}

function steps(messages: readonly MediaMessage[], type: number): number[] {
  const times = messages.filter((m) => m.type === type).map(({ timestamp }) => timestamp);
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}
