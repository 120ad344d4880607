import { join } from 'node:path';
import type { FlvTag } from '@longhaul/flv';
import { requireProgram, temporaryDirectory, waitFor } from '@longhaul/testkit';
import t from 'tap';
import { isKeyFrame, sameFrames, summary } from '../drive/compare.js';
import { AAC, ffmpeg, fromZero, media, PICTURES, readTags, SOUND, X264 } from '../drive/ffmpeg.js';
import { HttpFlvViewer } from '../drive/flv-viewer.js';
import { Relays } from '../drive/relays.js';
import { RtmpClient } from '../drive/rtmp-client.js';

const CASES = [
  { name: 'B-frames and sound', seconds: 4, input: [...PICTURES, ...SOUND], codecs: [...X264, ...AAC] },
  { name: 'sound only', seconds: 3, input: SOUND, codecs: AAC },
  { name: 'pictures only', seconds: 3, input: PICTURES, codecs: X264 },
  {
    name: '4K pictures',
    seconds: 2,
    input: ['-f', 'lavfi', '-i', 'testsrc2=size=3840x2160:rate=10,noise=alls=20'],
    codecs: ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '32', '-g', '10', '-pix_fmt', 'yuv420p'],
  },
] as const;

for (const { name, seconds, input, codecs } of CASES) {
  t.test(
    `ffmpeg pushes ${name} to the edge; the center plays out every frame`,
    requireProgram('ffmpeg'),
    async (t) => {
      const file = join(await temporaryDirectory(t), 'source.flv');
      await ffmpeg(t, ...input, '-t', String(seconds), ...codecs, '-f', 'flv', file);
      const source = media(readTags(file));
      if (name === '4K pictures')
        t.ok(Math.max(...source.map(({ payload }) => payload.length)) > 2 ** 20, 'over 1 MiB');
      const { edge, center } = await (await Relays.create(t)).pair({
        center: { linger: { publisherMs: 0 } },
      });
      const waiting = new HttpFlvViewer(`${center.http}/a.flv`);
      const player = new RtmpClient('play', `${center.rtmp}/a`);
      const push = ffmpeg(t, '-re', '-i', file, '-c', 'copy', '-f', 'flv', `${edge.rtmp}/a`);
      await waitFor('half of it', () => media(waiting.tags).length > source.length / 2, {
        timeoutMs: 20_000,
      });
      const later = new HttpFlvViewer(`${center.http}/a.flv`);
      await push;
      t.equal(await waiting.over, true);
      await player.over;
      t.equal(await later.over, true);
      sameFrames(t, fromZero(source), fromZero(media(waiting.tags)), 'a viewer that waited');
      sameFrames(t, fromZero(source), fromZero(media(player.messages)), 'an RTMP player that waited');
      const rest = media(later.tags);
      t.strictSame(rest.map(summary), media(waiting.tags).slice(-rest.length).map(summary), 'a later viewer');
      t.ok(rest.length > 0 && rest.length < source.length);
      if (rest.some(({ type }) => type === 9)) t.ok(isKeyFrame(rest[0] as FlvTag), 'from a key frame on');
    },
  );
}
