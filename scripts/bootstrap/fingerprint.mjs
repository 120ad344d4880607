/** Hashes of source trees and the stamps that remember them: what has not changed is not built again. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { cacheDir, root } from './paths.mjs';

const skippedDirectories = new Set(['node_modules', 'dist', 'target', 'coverage', 'corpus']);

/**
 * Every file under `directory` whose name `wanted` takes, sorted, absolute. Dot directories and build outputs are not
 * entered.
 */
export function listFiles(directory, wanted) {
  if (!existsSync(directory)) return [];
  const found = [];
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (!entry.name.startsWith('.') && !skippedDirectories.has(entry.name))
        found.push(...listFiles(path, wanted));
    } else if (wanted(entry.name)) {
      found.push(path);
    }
  }
  return found.sort();
}

/** A hash over names and contents of `files` and over the strings of `salt`. Content and not time: a checkout changes times. */
export function fingerprint(files, salt = []) {
  const hash = createHash('sha256');
  for (const text of salt) hash.update(`${text}\0`);
  for (const file of files) {
    hash.update(`${relative(root, file)}\0`);
    hash.update(readFileSync(file));
    hash.update('\0');
  }
  return hash.digest('hex');
}

/** A remembered fingerprint, kept in `.cache/NAME.stamp` unless a file is given. */
export class Stamp {
  constructor(name, file = join(cacheDir, `${name}.stamp`)) {
    this.file = file;
  }

  /** True when the stamp holds exactly `value`. */
  holds(value) {
    return existsSync(this.file) && readFileSync(this.file, 'utf8') === value;
  }

  /** Remembers `value`; by rename, so that a reader sees the old or the new one whole. */
  write(value) {
    mkdirSync(dirname(this.file), { recursive: true });
    const temporary = `${this.file}.${process.pid}`;
    writeFileSync(temporary, value);
    renameSync(temporary, this.file);
  }
}
