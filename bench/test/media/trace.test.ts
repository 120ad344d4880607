import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { requireProgram, temporaryDirectory } from '@longhaul/testkit';
import t from 'tap';
import { run } from '../../src/media/record-traces.js';
import { AUDIO, groupSeconds, SHAPES } from '../../src/media/shapes.js';
import * as Trace from '../../src/media/trace.js';

t.test('every recorded trace is read and written as it stands', async (t) => {
  for (const name of [...SHAPES, AUDIO.name]) {
    const trace = Trace.load(name);
    t.match(trace.notes[0], /^ffmpeg version \d/, `${name} names the encoder`);
    t.ok(trace.notes.length >= 2, `${name} names the command`);
    t.same(Trace.decode(Trace.encode(trace)), trace);
  }
});

t.test('a line that breaks the format is named', async (t) => {
  t.throws(() => Trace.decode('# x\nK1 P2\nP3 Q4\n'), { code: 'LH_CLI_MEDIA', message: /line 3: "Q4"/ });
  t.throws(() => Trace.decode('# x\n'), { code: 'LH_CLI_MEDIA' });
});

t.test('a shape that is none is refused with those there are', async (t) => {
  t.throws(() => Trace.load('9m'), { code: 'LH_CLI_USAGE', message: /"9m": write one of 2\.5m-2s/ });
  t.throws(() => groupSeconds('9m'), RangeError);
  t.equal(groupSeconds('8m-1s'), 1);
});

t.test('a trace that is recorded anew is like the one that is kept', requireProgram('ffmpeg'), async (t) => {
  const into = pathToFileURL(`${await temporaryDirectory(t)}/`);
  run([AUDIO.name], into);
  const [kept, anew] = [
    Trace.load(AUDIO.name),
    Trace.decode(readFileSync(new URL(`${AUDIO.name}.trace`, into), 'utf8')),
  ];
  const bytes = ({ frames }: Trace.Trace) => frames.reduce((sum, frame) => sum + frame.bytes, 0);
  t.equal(anew.frames.length, kept.frames.length);
  t.equal(anew.notes[1], kept.notes[1], 'by the same command');
  t.ok(Math.abs(bytes(anew) / bytes(kept) - 1) < 0.02, 'whatever the version of ffmpeg');
});
