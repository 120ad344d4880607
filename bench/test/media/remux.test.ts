import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFlvHeader, encodeTag, FlvReader } from '@longhaul/flv';
import { requireProgram, temporaryDirectory } from '@longhaul/testkit';
import t from 'tap';
import * as Broadcast from '../../src/media/broadcast.js';
import { FrameReader } from '../../src/media/frame-reader.js';

for (const shape of ['2.5m-2s', '8m-1s', '4m-2s-b']) {
  t.test(`${shape}: every stamp comes through MPEG-TS`, requireProgram('ffmpeg'), async (t) => {
    const directory = await temporaryDirectory(t);
    const [first, stream, second] = ['a.flv', 'b.ts', 'c.flv'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ];
    const options = { shape, seed: 2, durationS: 5, audio: true };
    const frames = [...Broadcast.plannedFrames(options)];
    const tags = [
      ...Broadcast.headerTags(options),
      ...frames.map((frame) => Broadcast.tagOf(frame, { seed: 2, captureUs: frame.dueUs })),
    ];
    const pieces = tags.flatMap((tag) => encodeTag(tag));
    writeFileSync(first, Buffer.concat([encodeFlvHeader({ audio: true, video: true }), ...pieces]));
    const remux = (from: string, to: string) =>
      execFileSync('ffmpeg', ['-loglevel', 'quiet', '-i', from, '-c', 'copy', to]);
    remux(first, stream);
    remux(stream, second);
    const reader = new FrameReader(2);
    const came = new FlvReader().push(readFileSync(second)).map((tag) => reader.read(tag));
    const sequences = came.flatMap((each) => (each.state === 'frame' ? [each.sequence] : []));
    t.same(
      sequences.sort((a, b) => a - b),
      frames.map(({ sequence }) => sequence),
    );
    t.notOk(came.some(({ state }) => state === 'corrupt'));
  });
}

t.test('a decoder finds the size in the sequence header', requireProgram('ffprobe'), async (t) => {
  const file = join(await temporaryDirectory(t), 'a.flv');
  for (const [shape, size] of [
    ['4m-2s', '1280,720'],
    ['8m-2s', '1920,1080'],
  ] as const) {
    const options = { shape, seed: 2, durationS: 0.1, audio: false };
    // Without metadata: nothing else says the size.
    const header = Broadcast.headerTags(options).filter(({ type }) => type === 9);
    const frames = [...Broadcast.plannedFrames(options)];
    const tags = [...header, ...frames.map((frame) => Broadcast.tagOf(frame, { seed: 2, captureUs: 1 }))];
    const pieces = tags.flatMap((tag) => encodeTag(tag));
    writeFileSync(file, Buffer.concat([encodeFlvHeader({ audio: false, video: true }), ...pieces]));
    const show = ['-show_entries', 'stream=width,height', '-of', 'csv=p=0'];
    t.equal(
      execFileSync('ffprobe', ['-v', 'quiet', ...show, file])
        .toString()
        .trim(),
      size,
    );
  }
});
