import fc from 'fast-check';
import t from 'tap';
import * as Path from '../src/path.js';

t.test('a path of three valid segments is parsed and split', async (t) => {
  const path = Path.parse('example.com/live/a_b-c~d');
  t.equal(path, 'example.com/live/a_b-c~d');
  t.same(Path.split(path), { domain: 'example.com', app: 'live', stream: 'a_b-c~d' });
});

t.test('a segment of 255 characters is valid, one of 256 is not', async (t) => {
  const path = Path.join({ domain: 'd', app: 'a', stream: 's'.repeat(255) });
  t.equal(path.length, 4 + 255);
  t.throws(() => Path.join({ domain: 'd', app: 'a', stream: 's'.repeat(256) }), {
    code: 'LH_CORE_PATH_INVALID',
  });
});

const INVALID = [
  '',
  'a',
  'a/b',
  'a/b/c/d',
  'a//c',
  '/a/b',
  'a/b/',
  './b/c',
  'a/../c',
  'a/b/.',
  'a/b/c?x',
  'a/b/c d',
  'a/b/ü',
  'a/b/c\n',
  'a/b/%41',
];
for (const text of INVALID) {
  t.test(`${JSON.stringify(text)} is not a path`, async (t) => {
    t.throws(() => Path.parse(text), { code: 'LH_CORE_PATH_INVALID', name: 'CoreError' });
  });
}

t.test('the refusal names the segment and never repeats the text', async (t) => {
  t.throws(() => Path.join({ domain: 'd', app: 'bad\u0007', stream: 's' }), {
    message: /^app must be 1 to 255 characters/,
  });
});

t.test('what parses is what was joined, for any text', async (t) => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (domain, app, stream) => {
      const isValid = [domain, app, stream].every((segment) => Path.isSegment(segment));
      if (!isValid) {
        t.throws(() => Path.join({ domain, app, stream }));
        return;
      }
      const path = Path.join({ domain, app, stream });
      t.equal(Path.parse(path), path);
      t.same(Path.split(path), { domain, app, stream });
    }),
  );
});
