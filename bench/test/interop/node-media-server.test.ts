/** The cells that need no more than ffmpeg and npm packages; the whole matrix is `npm run interop`. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { requireProgram, temporaryDirectory } from '@longhaul/testkit';
import t from 'tap';
import { stopAll } from '../../src/interop/process.js';
import { CELLS } from '../../src/interop/programs/node-media-server.js';
import { makeClip } from '../../src/interop/reference.js';
import { startSystem } from '../../src/interop/system.js';

t.setTimeout(240_000);

t.test(
  'node-media-server pushes to the edge and pulls from the center',
  requireProgram('ffmpeg'),
  async (t) => {
    const directory = await temporaryDirectory(t);
    const clip = join(directory, 'clip.flv');
    await makeClip(clip);
    const system = await startSystem();
    t.teardown(() => system.stop());
    t.teardown(stopAll);
    const seen = await Promise.all(
      CELLS.map(async (cell, index) => {
        const own = join(directory, String(index));
        await mkdir(own);
        return cell.run({ system, directory: own, clip, stream: `s${index}` });
      }),
    );
    for (const counts of seen) t.equal(counts, '120 of 120 pictures, 174 of 174 sounds');
  },
);
