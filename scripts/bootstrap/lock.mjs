/** One builder at a time: two commands started together must not build over each other. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from './paths.mjs';
import { say } from './step.mjs';

const lockDir = join(cacheDir, 'build.lock');
const ownerFile = 'pid';
const retryMs = 200;

/** True when a process with this id runs (also one of another user). */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The process that holds the lock; undefined while it is being taken or let go. */
export function readOwner(directory = lockDir) {
  try {
    return Number(readFileSync(join(directory, ownerFile), 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/** Moves the lock of a dead process out of the way. Only one of several waiters wins the rename. */
function breakLock(deadOwner) {
  // Another waiter may have broken and taken it since we looked.
  if (readOwner() === deadOwner) bury(deadOwner);
}

/** The same without a look before; exported for its test. */
export function bury(deadOwner) {
  const grave = `${lockDir}.${process.pid}`;
  try {
    renameSync(lockDir, grave);
    // Between the look and the rename, too, another waiter may have taken it: then it goes back.
    if (readOwner(grave) !== deadOwner) renameSync(grave, lockDir);
  } catch {
    // Another waiter was first.
  } finally {
    rmSync(grave, { recursive: true, force: true });
  }
}

function tryTake() {
  try {
    mkdirSync(lockDir);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(lockDir, ownerFile), String(process.pid));
  return true;
}

/** Runs `work` while holding the build lock of this checkout; waits for another builder and says so. */
export async function withLock(work) {
  mkdirSync(cacheDir, { recursive: true });
  let announced = false;
  let ownerlessChecks = 0;
  while (!tryTake()) {
    const owner = readOwner();
    ownerlessChecks = owner === undefined ? ownerlessChecks + 1 : 0;
    if ((owner !== undefined && !isAlive(owner)) || ownerlessChecks > 25) {
      breakLock(owner);
      continue;
    }
    if (!announced && owner !== undefined)
      say(`waiting for process ${owner}, which is building this checkout ...`);
    announced ||= owner !== undefined;
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
  const release = () => rmSync(lockDir, { recursive: true, force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}
