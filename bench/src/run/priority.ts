/** The priority of a benchmark beside whatever else the machine does: setpriority(2). Processes that are started inherit it. */
import { constants, getPriority, setPriority } from 'node:os';

/** What came of it. */
export interface Priority {
  /** The nice value in force, -20 (most urgent) to 19. */
  readonly nice: number;
  /** One line for plan.json: `nice -20, raised from 0`. */
  readonly words: string;
  /** Gives the process what it had. Idempotent. */
  restore(): void;
}

/** The calls of node:os that are made; a test gives its own. */
export interface PriorityCalls {
  readonly getPriority: () => number;
  /** Throws where the process may not. */
  readonly setPriority: (nice: number) => void;
}

const SYSTEM: PriorityCalls = { getPriority: () => getPriority(), setPriority: (nice) => setPriority(nice) };

/** Leaves the priority as the shell gave it. */
export function keepPriority(calls: PriorityCalls = SYSTEM): Priority {
  const nice = calls.getPriority();
  return { nice, words: `nice ${nice}, as it was`, restore: () => {} };
}

/** Takes the highest there is; where that is not allowed the process keeps what it had, and the words say so. */
export function raisePriority(calls: PriorityCalls = SYSTEM): Priority {
  const before = calls.getPriority();
  const highest = constants.priority.PRIORITY_HIGHEST;
  if (before === highest) return keepPriority(calls);
  try {
    calls.setPriority(highest);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    return { nice: before, words: `nice ${before}, no more is allowed (${why})`, restore: () => {} };
  }
  const restore = () => {
    try {
      calls.setPriority(before);
    } catch {
      // Lowering is always allowed; where it is not, nothing depends on it.
    }
  };
  return { nice: highest, words: `nice ${highest}, raised from ${before}`, restore };
}
