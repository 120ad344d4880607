/**
 * Keeps what lets peers that dial this relay resume their sessions, over restarts: a file of this relay alone.
 *
 * Inputs: `open` once before the listener begins, `stop`, a timer. Output: the file, rewritten whole when something
 * changed. Trouble with it costs fast starts and nothing else: it is logged.
 */
import { closeSync, fstatSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
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

  /** Reads the file, if it is there and nobody else can have read or written it, and keeps it up to date from then on. */
  open(): void {
    const { file, identity, log } = this.#options;
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
      handle = openSync(file, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        log.warn({ file, reason: (error as Error).message }, 'cannot read sessions');
      return undefined;
    }
    try {
      const { mode, uid, size } = fstatSync(handle);
      // Who can write it can pose as our peers, who can read it can read what they send early.
      const shared = (mode & 0o077) !== 0 || uid !== process.geteuid?.();
      if (!shared && size <= MAX_BYTES) return readFileSync(handle);
      const reason = shared ? 'it must be of the relay’s user alone (mode 0600)' : 'it is too large';
      log.warn({ file, reason }, 'link.fastStart.sessionFile is not used: begun anew');
      return undefined;
    } finally {
      closeSync(handle);
    }
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
