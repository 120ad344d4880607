import { isBuiltin } from 'node:module';
import t from 'tap';
import { codeOf, filesUnder, importsOf, packageOf, read, workspaces } from './sources.mjs';

/** Which packages of ours a package may stand on. Arrows point one way; a new one is a decision of docs/architecture.md. */
const mayUse = {
  flv: [],
  wire: [],
  transport: [],
  core: ['wire', 'transport'],
  quic: ['transport'],
  relay: ['core', 'flv', 'wire', 'transport', 'quic'],
  cli: ['relay', 'core', 'flv', 'quic'],
  testkit: ['transport', 'core', 'wire', 'flv'],
  netem: [],
  bench: ['cli', 'netem', 'relay', 'core', 'flv', 'quic', 'transport', 'testkit'],
};

/** Packages that never wait, ask the time or read the machine. */
const pure = ['flv', 'wire', 'core', 'transport'];

/** What a pure package must not mention. */
const impure = [
  /\b(setTimeout|setInterval|setImmediate)\b/,
  /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.|\bhrtime\b/,
  /\bMath\.random\b|\brandomBytes\b|\brandomUUID\b|\bgetRandomValues\b/,
  /\bprocess\.(env|argv|stdout|stderr|exit)\b/,
  /\bconsole\./,
];

/** Built-in modules without input or output. Of crypto, hashing only: the patterns above refuse its random numbers. */
const pureBuiltins = new Set([
  'node:crypto',
  'node:buffer',
  'node:assert',
  'node:assert/strict',
  'node:events',
  'node:util',
]);

const isSource = (name) => /\.(ts|tsx)$/.test(name) && !name.endsWith('.d.ts');

const ours = (specifier) => packageOf(specifier)?.match(/^@longhaul\/(.+)$/)?.[1];

for (const { name, directory, manifest } of workspaces()) {
  t.test(`${name} stands only on what is below it`, async (t) => {
    const allowed = mayUse[name];
    t.ok(allowed, 'has a row in the table above');
    const declared = Object.keys(manifest.dependencies ?? {});
    const wrong = declared
      .map((dependency) => ours(dependency))
      .filter((dep) => dep !== undefined && !allowed.includes(dep));
    t.same(wrong, [], 'package.json');
    for (const file of filesUnder(`${directory}/src`, isSource)) {
      const names = importsOf(read(file));
      const upward = names
        .map(ours)
        .filter((dep) => dep !== undefined && dep !== name && !allowed.includes(dep));
      const outward = names.filter((specifier) => {
        const dependency = packageOf(specifier);
        return dependency !== undefined && !isBuiltin(specifier) && !declared.includes(dependency);
      });
      if (upward.length + outward.length > 0) t.fail(`${file} imports ${[...upward, ...outward].join(', ')}`);
    }
  });

  t.test(`tests of ${name} import what package.json names`, async (t) => {
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    const common = ['tap', 'fast-check', 'playwright-core', manifest.name];
    for (const file of filesUnder(`${directory}/test`, isSource)) {
      const unknown = importsOf(read(file)).filter((specifier) => {
        const dependency = packageOf(specifier);
        return (
          dependency !== undefined && !isBuiltin(specifier) && ![...declared, ...common].includes(dependency)
        );
      });
      if (unknown.length > 0) t.fail(`${file} imports ${unknown.join(', ')}`);
    }
    t.ok(declared);
  });
}

for (const name of pure) {
  t.test(`${name} is pure`, async (t) => {
    const files = filesUnder(`packages/${name}/src`, isSource);
    t.ok(files.length > 0, 'has sources');
    for (const file of files) {
      const text = read(file);
      const code = codeOf(text);
      for (const pattern of impure) {
        const found = pattern.exec(code);
        if (found) t.fail(`${file} uses ${found[0]}`);
      }
      const builtins = importsOf(text).filter(
        (specifier) => isBuiltin(specifier) && !pureBuiltins.has(specifier),
      );
      if (builtins.length > 0) t.fail(`${file} imports ${builtins.join(', ')}`);
    }
  });
}

t.test('the check sees what it is for', async (t) => {
  t.same(
    importsOf(
      "import a from 'x';\nexport * from \"./y.js\";\nconst z = await import('node:fs');\nimport 'w';",
    ),
    ['x', './y.js', 'node:fs', 'w'],
  );
  t.same(importsOf("import {\n  a,\n  type B,\n} from '@longhaul/core';"), ['@longhaul/core']);
  t.equal(packageOf('@a/b/c'), '@a/b');
  t.notMatch(codeOf("const x = 'Date.now()'; // Date.now()\n/* Math.random */"), /Date|random/);
  t.match(codeOf('const x = Date.now();'), /Date\.now/);
});
