/** Records as files: one gzip'ed JSON object each, named after what it is. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { CliError } from '@longhaul/cli';
import { breach } from './check.js';
import type { RunKey, RunRecord } from './record.js';

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

/** A file that unpacks to more is no record: ten minutes of media are a tenth of it. */
export const MOST_BYTES = 256 * 1024 ** 2;

/** What `writeJson` wrote. Rejects with `LH_CLI_FILE` when it cannot be read or is something else. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse((await unpack(await readFile(path), { maxOutputLength: MOST_BYTES })).toString());
  } catch (cause) {
    throw new CliError('LH_CLI_FILE', `cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** Writes one run. Rejects with `LH_CLI_FILE`. */
export function writeRun(path: string, record: RunRecord): Promise<void> {
  return writeJson(path, record);
}

/** Reads one run. Rejects with `LH_CLI_FILE`, also for a record of another version or one that breaks a rule of its types. */
export async function readRun(path: string): Promise<RunRecord> {
  const record = await readJson(path);
  const rule = breach(record);
  if (rule !== undefined) throw new CliError('LH_CLI_FILE', `${path} is no record of a run: ${rule}`);
  return record as RunRecord;
}
