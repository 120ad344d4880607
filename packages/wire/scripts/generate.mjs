/**
 * Writes the static protobuf code of proto/control.proto (control.js, control.d.ts) into the directory given as the
 * only argument, relative to the package. The output is committed; test/generated.test.ts compares it.
 */
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const pbjs = require('protobufjs-cli/pbjs');
const pbts = require('protobufjs-cli/pbts');

const root = fileURLToPath(new URL('..', import.meta.url));
const target = resolve(root, process.argv[2] ?? 'src/generated');
mkdirSync(target, { recursive: true });

const out = join(target, 'control.js');
await run(pbjs, [
  ...['-t', 'static-module', '-w', 'esm', '-r', 'longhaul-wire'],
  ...['--no-create', '--no-delimited', '--no-verify', '--no-convert', '--no-typeurl', '--no-service'],
  ...['-o', out, join(root, 'proto/control.proto')],
]);
await run(pbts, ['-o', join(target, 'control.d.ts'), out]);

function run(tool, args) {
  return new Promise((done, fail) => {
    tool.main(args, (error) => (error ? fail(error) : done(undefined)));
  });
}
