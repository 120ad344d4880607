import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import t from 'tap';
import { filesUnder, read, root, workspaces } from './sources.mjs';

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...filesUnder('docs', (name) => name.endsWith('.md')).filter((path) => !path.startsWith('docs/api/')),
  ...workspaces()
    .map(({ directory }) => `${directory}/README.md`)
    .filter((path) => existsSync(join(root, path))),
];

/** The heading's id as GitHub makes it. */
const anchorOf = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[`*]/g, '')
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const withoutBlocks = (text) => text.replace(/^```[\s\S]*?^```/gm, '');

/** Links as [text](target), not images from elsewhere. */
const linksOf = (text) => [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]);

/** Places where a path in a code span may start, besides the document's own directory. */
const bases = ['', ...workspaces().flatMap(({ directory }) => [directory, `${directory}/src`])];

/** A code span that names a file or a directory of the repository: `packages/core/src/track.ts`, `ingest/rtmp/`. */
const isPath = (span) =>
  !/\bPATH\b/.test(span) &&
  /^[\w.@*-]+(\/[\w.@*-]+)*\/?$/.test(span) &&
  (/\.(ts|tsx|mjs|rs|md|json|yaml|proto|toml|sh)$/.test(span) ||
    /^(packages|bench|docs|scripts|test|bin)\/|\/$/.test(span));

const pathsOf = (text) =>
  [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map((match) => match[1]).filter(isPath);

/** Resolves `*` in the last part of a path. */
function exists(path) {
  const absolute = join(root, path);
  if (!path.includes('*')) return existsSync(absolute);
  const directory = dirname(absolute);
  if (!existsSync(directory)) return false;
  const pattern = new RegExp(`^${path.split('/').at(-1).replace(/[.]/g, '\\.').replaceAll('*', '.*')}$`);
  return readdirSync(directory).some((name) => pattern.test(name));
}

for (const document of documents) {
  t.test(`every link of ${document} leads somewhere`, async (t) => {
    const text = read(document);
    t.ok(text.length > 0);
    for (const link of linksOf(text)) {
      if (/^(https?|mailto):/.test(link)) continue;
      const [file, anchor] = link.split('#');
      const target = file === '' ? document : normalize(join(dirname(document), file));
      if (!exists(target)) {
        t.fail(`${link}: no such file`);
      } else if (anchor !== undefined && target.endsWith('.md')) {
        const anchors = [...withoutBlocks(read(target)).matchAll(/^#+ (.+)$/gm)].map((match) =>
          anchorOf(match[1]),
        );
        if (!anchors.includes(anchor)) t.fail(`${link}: no such heading`);
      }
    }
  });
}

for (const document of ['docs/architecture.md', 'CONTRIBUTING.md']) {
  t.test(`every path that ${document} names exists`, async (t) => {
    const paths = pathsOf(read(document)).filter((path) => !madeByBuilding(path));
    t.ok(paths.length > 5, 'names paths');
    for (const path of paths) {
      if (!bases.some((base) => exists(join(base, path)))) t.fail(path);
    }
  });
}

/** Named for the reader, made by the build, or no path at all: media types and the like are written without backquotes. */
function madeByBuilding(path) {
  return /^(dist|node_modules|docs\/api|target|\.cache|\.tap)(\/|$)|\/dist\/|longhaul\.node$/.test(path);
}

t.test('architecture leads along the frame by links', async (t) => {
  const links = linksOf(read('docs/architecture.md')).filter((link) => link.includes('/src/'));
  t.ok(links.length >= 20, `${links.length} links to sources`);
});

/** Directories that hold sources: `packages/core/src/link`. */
function sourceDirectories() {
  const isSource = (name) => /\.(ts|tsx|rs|mjs)$/.test(name);
  const files = ['packages', 'netem', 'bench', 'scripts'].flatMap((place) => filesUnder(place, isSource));
  const isTest = (path) => /\/(tests?|examples|fuzz_targets)(\/|$)/.test(path) && path !== 'scripts/test';
  return [...new Set(files.map((file) => dirname(file)))].filter((path) => !isTest(path)).sort();
}

t.test('architecture names every folder', async (t) => {
  const section = read('docs/architecture.md').split('## Every folder\n')[1]?.split('\n## ')[0] ?? '';
  const named = new Set();
  for (const path of pathsOf(section)) for (const base of bases) named.add(normalize(join(base, path, '.')));
  // Naming a crate or a page names the sources in it.
  const isNamed = (path) => named.has(path) || (path.endsWith('/src') && named.has(dirname(path)));
  const all = sourceDirectories();
  t.ok(all.length > 80, `${all.length} folders`);
  t.same(
    all.filter((path) => !isNamed(path)),
    [],
  );
});
