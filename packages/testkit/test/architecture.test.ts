/** The arrows of the design, section 2, hold in every package.json and every source file. */
import t from 'tap';
import { ARROWS, breaches, type PackageSources, PURE } from './architecture/rules.js';
import { readWorkspace } from './architecture/workspace.js';

t.test('this repository keeps the rules', async (t) => {
  const packages = readWorkspace();
  t.same(breaches(packages), [], 'no breach');
  const found = packages.map((each) => each.name);
  for (const name of Object.keys(PURE)) t.ok(found.includes(name), `${name} was looked at`);
  for (const { name, sources } of packages) {
    t.ok(ARROWS[name], `${name} has its place`);
    t.ok(sources.size > 0, `${name} has sources`);
  }
});

/** A package of one file. */
function sample(name: string, text: string, dependencies: readonly string[] = []): PackageSources {
  return { name, dependencies, devDependencies: [], sources: new Map([['src/sample.ts', text]]) };
}

t.test('imports against the arrows are found, however they are written', async (t) => {
  const lines = [
    `import { Registry } from '@longhaul/core';`,
    `import type { Registry } from '@longhaul/core';`,
    `export * from '@longhaul/core';`,
    `const core = await import('@longhaul/core');`,
    `type Registry = import('@longhaul/core').Registry;`,
    `const core = require('@longhaul/core/dist/src/index.js');`,
  ];
  for (const line of lines) {
    const [first, ...rest] = breaches([sample('quic', `\n${line}`, ['@longhaul/core'])]);
    t.equal(first, 'quic/package.json: depends on core, no arrow leads there');
    t.match(rest, [/^quic\/src\/sample\.ts:2: @longhaul\/core.*: no arrow leads there$/], line);
    t.equal(rest.length, 1, 'once');
  }
});

t.test('an import that package.json does not name is found', async (t) => {
  const line = `import { MemoryLink } from '@longhaul/transport';`;
  t.same(breaches([sample('core', line)]), [
    'core/src/sample.ts:1: @longhaul/transport: it is not in dependencies',
  ]);
  t.same(breaches([sample('core', line, ['@longhaul/transport'])]), [], 'with it all is well');
});

t.test('a path into another package is found', async (t) => {
  const text = `import { a } from './near.js';\nimport { b } from '../../wire/src/index.js';`;
  t.same(breaches([sample('core', text)]), [
    'core/src/sample.ts:2: ../../wire/src/index.js: it leaves src: import the package by its name',
  ]);
});

t.test('tests may depend on testkit and on nothing else that has no arrow', async (t) => {
  const each = { ...sample('wire', ''), devDependencies: ['@longhaul/testkit', '@longhaul/core', 'tap'] };
  t.same(breaches([each]), ['wire/package.json: its tests depend on core, only testkit is free for all']);
});

t.test('a package without arrows is found', async (t) => {
  t.match(breaches([sample('extra', '')]), [/^extra: the design does not know this package/]);
});

t.test('a pure package that touches the world is found', async (t) => {
  const impure: Readonly<Record<string, string>> = {
    'setTimeout(run, 5);': 'setTimeout',
    'const timer = { at: setInterval };': 'setInterval',
    'const now = Date.now();': 'Date.now',
    'const now = performance.now();': 'performance',
    'const now = new Date();': 'new Date()',
    'const now = Date();': 'Date()',
    'const random = Math.random();': 'Math.random',
    'const home = process.env.HOME;': 'process',
    'console.log(1);': 'console',
    'globalThis.later();': 'globalThis',
    'crypto.getRandomValues(bytes);': 'crypto',
    'queueMicrotask(run);': 'queueMicrotask',
    'export const later = (run: () => void) => setImmediate(run);': 'setImmediate',
  };
  for (const [text, what] of Object.entries(impure)) {
    for (const name of Object.keys(PURE)) {
      t.match(
        breaches([sample(name, text)]).join(),
        `${name}/src/sample.ts:1: ${what}: a pure package`,
        text,
      );
    }
    t.same(breaches([sample('relay', text)]), [], 'the relay may');
  }
});

t.test('a pure package that imports a module of the world is found', async (t) => {
  for (const module of ['node:net', 'node:timers', 'node:dgram', 'pino', 'node:crypto']) {
    const found = breaches([sample('core', `import * as module from '${module}';`)]);
    t.same(found, [`core/src/sample.ts:1: ${module}: a pure package imports nothing from outside`]);
  }
  t.same(breaches([sample('flv', `import { createHmac } from 'node:crypto';`)]), [], 'flv may hash');
});

t.test('names that only look alike are let through', async (t) => {
  const harmless = [
    'const date = new Date(0);',
    'interface Timer { process(): void; performance: number }',
    'class Engine { console = 1; process(fetch: number) { return this.console + fetch_; } }',
    'engine.process(); engine.setTimeout(5);',
    'const options = { process: 1, console: 2 };',
    '// setTimeout(Date.now())',
    `const text = 'Math.random()';`,
    `import { Control } from '#generated/control.js';`,
    `import assert from 'node:assert/strict';`,
  ];
  for (const text of harmless) t.same(breaches([sample('core', text)]), [], text);
});
