import t from 'tap';
import { filesUnder, read, workspaces } from './sources.mjs';

const longestFile = 400; // lines; generated files and tables of data aside
const longestReadme = 60; // lines

const lines = (path) => read(path).replace(/\n$/, '').split('\n').length;

t.test(`files have at most ${longestFile} lines`, async (t) => {
  const places = ['packages', 'bench', 'netem', 'scripts', 'test', 'bin'];
  const files = places.flatMap((place) => filesUnder(place, (name) => /\.(ts|tsx|mjs|rs|css)$/.test(name)));
  t.ok(files.length > 50, 'the walk finds the sources');
  t.same(
    files
      .filter((file) => lines(file) > longestFile && !/\.(css|d\.ts)$/.test(file))
      .map((file) => `${file}: ${lines(file)}`),
    [],
  );
});

t.test(`each package says what it is in at most ${longestReadme} lines`, async (t) => {
  for (const { directory } of workspaces()) {
    const [readme] = filesUnder(directory, (name) => name === 'README.md').filter(
      (path) => path === `${directory}/README.md`,
    );
    if (readme === undefined) t.fail(`${directory} has no README.md`);
    else t.ok(lines(readme) <= longestReadme, `${readme} has ${lines(readme)} lines`);
  }
});
