/**
 * The priority of measured processes beside whatever else the machine does: setpriority(2). A process that starts takes a
 * processor for some tenths of a second and would disturb the runs under way; so it starts below them, above
 * everything else, and gets the highest priority when its own measurement begins.
 */
import { readdirSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

/** What is in force. */
export interface Priority {
  /** One line for plan.json. */
  readonly words: string;
  /** Gives processes the highest priority, threads and all; one that has ended is passed over. */
  raise(pids: readonly number[]): void;
  /** Gives this process what it had. Idempotent. */
  restore(): void;
}

/** What is asked of the system; a test gives its own. */
export interface PriorityCalls {
  /** Of this process. */
  readonly current: () => number;
  /** Of a thread; 0 is this process. Throws where it is not allowed, or the thread is gone. */
  readonly set: (thread: number, nice: number) => void;
  /** Throws when the process is gone. */
  readonly threadsOf: (pid: number) => readonly number[];
}

const SYSTEM: PriorityCalls = {
  current: () => getPriority(),
  set: (thread, nice) => setPriority(thread, nice),
  threadsOf: (pid) => readdirSync(`/proc/${pid}/task`).map(Number),
};

/** Leaves everything as the shell gave it. */
export function keepPriority(calls: PriorityCalls = SYSTEM): Priority {
  return { words: `nice ${calls.current()}, as it was`, raise: () => {}, restore: () => {} };
}

/**
 * From now on this process and what it starts go before other work, and what `raise` is given before them. Where that is not
 * allowed everything keeps what it has, and the words say so.
 */
export function takePriority(calls: PriorityCalls = SYSTEM): Priority {
  const before = calls.current();
  try {
    // Whether it is allowed shows only by doing it.
    calls.set(0, HIGHEST);
    calls.set(0, STARTING);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    return { ...keepPriority(calls), words: `nice ${before}, no more is allowed (${why})` };
  }
  return {
    words: `measured processes at nice ${HIGHEST}, starting ones at nice ${STARTING}`,
    raise: (pids) => {
      for (const pid of pids) raiseOne(calls, pid);
    },
    restore: () => unlessGone(() => calls.set(0, before)),
  };
}

function raiseOne(calls: PriorityCalls, pid: number): void {
  unlessGone(() => {
    for (const thread of calls.threadsOf(pid)) unlessGone(() => calls.set(thread, HIGHEST));
  });
}

/** A thread may end at any time; nothing depends on one that did. */
function unlessGone(call: () => void): void {
  try {
    call();
  } catch {}
}

const HIGHEST = constants.priority.PRIORITY_HIGHEST;
/** A tenth of the weight of the highest, ten times that of other work. */
const STARTING = -10;
