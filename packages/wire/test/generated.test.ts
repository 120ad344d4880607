import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = fileURLToPath(new URL('../..', import.meta.url));

t.test('the committed protobuf code is what proto/control.proto generates', async (t) => {
  const directory = t.testdir();
  execFileSync(process.execPath, [join(root, 'scripts/generate.mjs'), directory], {
    cwd: root,
    stdio: 'pipe',
  });
  for (const file of ['control.js', 'control.d.ts']) {
    const committed = readFileSync(join(root, 'src/generated', file), 'utf8');
    t.equal(
      readFileSync(join(directory, file), 'utf8') === committed,
      true,
      `${file}: npm run -w @longhaul/wire generate`,
    );
  }
});
