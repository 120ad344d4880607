/** Records as files: one gzip'ed JSON object each, named after what it is. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { CliError } from '@longhaul/cli';
import { RECORD_VERSION, type RunKey, type RunRecord } from './record.js';

const [pack, unpack] = [promisify(gzip), promisify(gunzip)];

/** The file of a run inside `runs/` of a result directory: `hk-fra.s3.tcp-bbr.live.json.gz`. */
export function fileName({ profile, seed, arm, scenario }: RunKey): string {
  return `${profile}.s${seed}.${arm}.${scenario}.json.gz`;
}

/** Writes `value` so that the file is either whole or not there. Rejects with `LH_CLI_FILE`. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const part = `${path}.part-${process.pid}`;
  try {
    await writeFile(part, await pack(JSON.stringify(value)));
    await rename(part, path);
  } catch (cause) {
    throw new CliError('LH_CLI_FILE', `cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** What `writeJson` wrote. Rejects with `LH_CLI_FILE` when it cannot be read or is something else. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse((await unpack(await readFile(path))).toString());
  } catch (cause) {
    throw new CliError('LH_CLI_FILE', `cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** Writes one run. Rejects with `LH_CLI_FILE`. */
export function writeRun(path: string, record: RunRecord): Promise<void> {
  return writeJson(path, record);
}

/** Reads one run. Rejects with `LH_CLI_FILE`, also for a record of another version or with columns of unequal length. */
export async function readRun(path: string): Promise<RunRecord> {
  const record = (await readJson(path)) as Partial<RunRecord> | null;
  const wrong = (rule: string) => new CliError('LH_CLI_FILE', `${path} is no record of a run: ${rule}`);
  if (record?.version !== RECORD_VERSION) {
    throw wrong(`version ${String(record?.version)}, this program reads ${RECORD_VERSION}`);
  }
  if (record.run === undefined || record.link === undefined || record.validity === undefined) {
    throw wrong('run, link or validity is missing');
  }
  const lengths = new Set(Object.values(record.frames ?? {}).map((column) => column.length));
  if (lengths.size > 1) throw wrong('columns of frames differ in length');
  return record as RunRecord;
}
