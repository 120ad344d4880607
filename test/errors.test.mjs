import t from 'tap';
import { filesUnder, read } from './sources.mjs';

const codePattern = /\bLH_[A-Z0-9]+(?:_[A-Z0-9]+)+\b/g;
const codesIn = (text) => new Set(text.match(codePattern) ?? []);

const places = ['packages', 'netem'];
const under = (wanted) => places.flatMap((place) => filesUnder(place, wanted));

const sources = under((name) => name === 'errors.ts').filter((path) => path.includes('/src/'));
const declared = new Map(sources.flatMap((path) => [...codesIn(read(path))].map((code) => [code, path])));
/** The codes that have a row of their own in the tables. */
const documented = new Set(
  [...read('docs/errors.md').matchAll(/^\| `(LH_[A-Z0-9_]+)` +\|/gm)].map((match) => match[1]),
);

t.test('every code is documented', async (t) => {
  t.ok(declared.size > 10, 'codes are found in the sources');
  t.same(
    [...declared].filter(([code]) => !documented.has(code)),
    [],
  );
});

t.test('every documented code exists', async (t) => {
  t.same(
    [...documented].filter((code) => !declared.has(code)),
    [],
  );
});

t.test('codes are used only where errors.ts declares them', async (t) => {
  const files = under((name) => /\.(ts|rs)$/.test(name)).filter((path) => /\/(src|native)\//.test(path));
  const strangers = files.flatMap((path) =>
    [...codesIn(read(path))].filter((code) => !declared.has(code)).map((code) => `${path}: ${code}`),
  );
  t.same(strangers, []);
});
