import t from 'tap';
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
