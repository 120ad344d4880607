/**
 * Keeps what lets peers that dial this relay resume their sessions, over restarts: a file of this relay alone.
 *
 * Inputs: `open` once before the listener begins, `stop`, a timer. Output: the file, rewritten whole when something
 * changed. Trouble with it costs fast starts and nothing else: it is logged.
 */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Identity } from '@longhaul/quic';
import type { Logger } from '../log.js';

/** What a session file works with. */
export interface SessionFileOptions {
  readonly file: string;
  readonly identity: Pick<Identity, 'resumptionVersion' | 'exportResumption' | 'restoreResumption'>;
  readonly log: Pick<Logger, 'warn' | 'info'>;
}

/** See the head of the file. */
export class SessionFile {
  readonly #options: SessionFileOptions;
  #written: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #broken = false;

  constructor(options: SessionFileOptions) {
    this.#options = options;
  }

  /**
   * Reads the file, if it is there and nobody else can have read or written it, and keeps it up to date from then on.
   * What is there and no file, a directory or a pipe, is neither read nor replaced: no sessions are kept then.
   */
  open(): void {
    const { file, identity, log } = this.#options;
    const other = otherThanFile(file);
    if (other !== undefined) {
      log.warn({ file }, `link.fastStart.sessionFile is ${other}: no sessions are kept`);
      return;
    }
    removeLeftOver(file);
    const kept = this.#read();
    if (kept !== undefined && !identity.restoreResumption(kept))
      log.warn({ file }, 'link.fastStart.sessionFile is damaged or of another relay: begun anew');
    this.#timer = setInterval(() => this.flush(), WRITE_MS);
    this.#timer.unref();
  }

  /** Writes what has changed. */
  flush(): void {
    const { file, identity, log } = this.#options;
    const version = identity.resumptionVersion;
    if (version === this.#written) return;
    try {
      replaceFile(file, identity.exportResumption());
      this.#written = version;
      this.#broken = false;
    } catch (error) {
      if (!this.#broken) log.warn({ file, reason: (error as Error).message }, 'cannot keep sessions');
      this.#broken = true;
    }
  }

  /** Writes for the last time. Idempotent. */
  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.flush();
  }

  #read(): Uint8Array | undefined {
    const { file, log } = this.#options;
    let handle: number;
    try {
      // What has become a pipe since then waits for nobody.
      handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        log.warn({ file, reason: (error as Error).message }, 'cannot read sessions');
      return undefined;
    }
    try {
      const reason = unfit(fstatSync(handle));
      if (reason === undefined) return readFileSync(handle);
      log.warn({ file, reason }, 'link.fastStart.sessionFile is not used: begun anew');
      return undefined;
    } finally {
      closeSync(handle);
    }
  }
}

/** Why it is not read. */
function unfit(stats: Stats): string | undefined {
  if (!stats.isFile()) return 'it is no file';
  // Who can write it can pose as our peers, who can read it can read what they send early.
  if ((stats.mode & 0o077) !== 0 || stats.uid !== process.geteuid?.())
    return 'it must be of the relay’s user alone (mode 0600)';
  return stats.size > MAX_BYTES ? 'it is too large' : undefined;
}

/** What is in the place of the file, in words; undefined when it is a file, nothing, or cannot be known. */
function otherThanFile(file: string): string | undefined {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats === undefined || stats.isFile()) return undefined;
    return stats.isDirectory() ? 'a directory' : stats.isFIFO() ? 'a pipe' : 'a device or a socket';
  } catch {
    return undefined;
  }
}

/** A process that was killed while it wrote has left secrets behind. */
function removeLeftOver(file: string): void {
  const [directory, start] = [dirname(file), `${basename(file)}.`];
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const { name } = entry;
      const isOurs = name.startsWith(start) && /^\d+\.tmp$/.test(name.slice(start.length));
      if (isOurs && entry.isFile()) rmSync(join(directory, name), { force: true });
    }
  } catch {
    // A place that cannot be read or written is told of when something is to be kept there.
  }
}

/** All of it or nothing, for its owner alone. Not flushed to the disk: what a power cut leaves of it is seen to be damaged. */
function replaceFile(file: string, bytes: Uint8Array): void {
  const fresh = `${file}.${process.pid}.tmp`;
  rmSync(fresh, { force: true });
  try {
    const handle = openSync(fresh, 'wx', 0o600);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
    } finally {
      closeSync(handle);
    }
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}

/** A relay that is killed has lost what came since the last write. */
const WRITE_MS = 1_000;
/** More than the sessions that are kept make. */
const MAX_BYTES = 16 * 1024 * 1024;
