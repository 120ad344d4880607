import { join } from 'node:path';
import { requireProgram, temporaryDirectory, waitFor } from '@longhaul/testkit';
import t from 'tap';
import { sameFrames } from '../drive/compare.js';
import { AAC, ffmpeg, fromZero, media, PICTURES, readTags, SOUND, X264 } from '../drive/ffmpeg.js';
import { Relays } from '../drive/relays.js';

t.test('ffmpeg plays RTMP and HTTP-FLV of the center', requireProgram('ffmpeg'), async (t) => {
  const directory = await temporaryDirectory(t);
  const file = join(directory, 'source.flv');
  await ffmpeg(t, ...PICTURES, ...SOUND, '-t', '3', ...X264, ...AAC, '-f', 'flv', file);
  const { edge, center } = await (await Relays.create(t)).pair({ center: { linger: { publisherMs: 0 } } });
  const [rtmp, http] = [join(directory, 'rtmp.flv'), join(directory, 'http.flv')];
  const players = [
    ffmpeg(t, '-i', `${center.rtmp}/a`, '-c', 'copy', '-f', 'flv', rtmp),
    ffmpeg(t, '-i', `${center.http}/a.flv`, '-c', 'copy', '-f', 'flv', http),
  ];
  await waitFor('both wait', () => center.relay.figures.broadcasts()[0]?.viewers === 2, {
    timeoutMs: 10_000,
  });
  await ffmpeg(t, '-re', '-i', file, '-c', 'copy', '-f', 'flv', `${edge.rtmp}/a`);
  await Promise.all(players);
  const source = fromZero(media(readTags(file)));
  sameFrames(t, source, fromZero(media(readTags(rtmp))), 'RTMP');
  sameFrames(t, source, fromZero(media(readTags(http))), 'HTTP-FLV');
});
