/** The records of a result directory as one file that can stand in git: packed together they take a third of the room. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { CliError } from '@longhaul/cli';
import { MOST_BYTES } from './file.js';

/** The file that `packRecords` writes beside plan.json. */
export const ARCHIVE = 'records.tar.xz';

/** What was packed or unpacked. */
export interface Packed {
  readonly file: string;
  readonly records: number;
  /** Of the archive. */
  readonly bytes: number;
}

/**
 * Writes every record, valid and invalid, into `records.tar.xz`, whole or not at all. The same records give the same
 * bytes with the same tar and xz. Rejects with `LH_CLI_FILE`.
 */
export async function packRecords(directory: string): Promise<Packed> {
  return inside(directory, async (work) => {
    let records = 0;
    for (const place of PLACES) {
      await mkdir(join(work, place));
      for (const name of await namesIn(join(directory, place), '.json.gz')) {
        const from = join(directory, place, name);
        const to = join(work, place, name.slice(0, -'.gz'.length));
        const text = await promisify(gunzip)(await readFile(from), { maxOutputLength: MOST_BYTES });
        await writeFile(to, text);
        await keepTime(to, await stat(from));
        records += 1;
      }
    }
    if (records === 0) throw new Error('there are no records in runs/');
    const part = join(work, ARCHIVE);
    await tar(['--create', '--xz', ...LOCAL, '--file', part, ...SAME_BYTES, '--directory', work, ...PLACES]);
    const file = join(directory, ARCHIVE);
    await rename(part, file);
    return { file, records, bytes: (await stat(file)).size };
  });
}

/** The other way round. Rejects with `LH_CLI_FILE`, also where there are records already: they would be mixed. */
export async function unpackRecords(directory: string): Promise<Packed> {
  return inside(directory, async (work) => {
    for (const place of PLACES) {
      if ((await namesIn(join(directory, place), '.json.gz')).length > 0)
        throw new Error(`there are records in ${place}/ already`);
    }
    const file = join(directory, ARCHIVE);
    const { size } = await stat(file);
    await tar([
      '--extract',
      '--xz',
      ...LOCAL,
      '--file',
      file,
      '--no-same-owner',
      '--directory',
      work,
      ...PLACES,
    ]);
    const parts: { readonly part: string; readonly to: string }[] = [];
    for (const place of PLACES) {
      // Whoever made the archive may have put something else there, a link out of it for one.
      if (!(await lstat(join(work, place))).isDirectory()) throw new Error(`${place} is no directory`);
      for (const name of await namesIn(join(work, place), '.json')) {
        const from = join(work, place, name);
        const found = await lstat(from);
        if (!found.isFile()) throw new Error(`${place}/${name} is no file`);
        if (found.size > MOST_BYTES)
          throw new Error(`${place}/${name} has ${found.size} bytes: ${MOST_BYTES} at most`);
        const part = `${from}.gz`;
        await writeFile(part, await promisify(gzip)(await readFile(from)));
        await keepTime(part, found);
        parts.push({ part, to: join(directory, place, `${name}.gz`) });
      }
    }
    for (const place of PLACES) await mkdir(join(directory, place), { recursive: true });
    for (const { part, to } of parts) await rename(part, to);
    return { file, records: parts.length, bytes: size };
  });
}

/** A directory beside the records for what is half done, gone afterwards. */
async function inside(directory: string, act: (work: string) => Promise<Packed>): Promise<Packed> {
  let work: string | undefined;
  try {
    await stat(join(directory, 'plan.json'));
    work = await mkdtemp(join(directory, '.archive-'));
    return await act(work);
  } catch (cause) {
    throw new CliError('LH_CLI_FILE', `${directory}: ${(cause as Error).message}`, { cause });
  } finally {
    if (work !== undefined) await rm(work, { recursive: true, force: true });
  }
}

/** A report says when the newest record was written. */
function keepTime(file: string, { mtime }: { readonly mtime: Date }): Promise<void> {
  return utimes(file, mtime, mtime);
}

async function namesIn(directory: string, ending: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => [] as string[]);
  return names.filter((name) => name.endsWith(ending) && NAME.test(name)).sort();
}

/** Rejects with what tar said last. */
async function tar(args: readonly string[]): Promise<void> {
  const child = spawn('tar', args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, XZ_OPT: '-9e', LC_ALL: 'C' },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MOST_WORDS);
  });
  const [code] = (await once(child, 'close').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error('missing program: tar (apt-get install tar xz-utils)') : error;
  })) as [number | null];
  if (code !== 0) throw new Error(said.trim().split('\n')[0] || `tar ended with ${code}`);
}

const PLACES = ['runs', 'invalid'];
const NAME = /^[\w.-]+$/;
const SAME_BYTES = [
  '--sort=name',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
  '--mode=644',
  '--format=ustar',
];
// A name with a colon in it is no other host's.
const LOCAL = ['--force-local'];
const MOST_WORDS = 4_096;
