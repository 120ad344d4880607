/** Processor time and memory of another process, from Linux's /proc (proc(5)). */
import { readdirSync, readFileSync } from 'node:fs';

/** What a process has used. */
export interface Usage {
  /** User and system time of all threads, s. */
  readonly cpuSeconds: number;
  /** Of these, the threads of the QUIC engine, s. */
  readonly quicSeconds: number;
  readonly rssBytes: number;
  /** Open file descriptors. */
  readonly descriptors: number;
}

/** Reads it now. Throws when the process is gone. */
export function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const rssKib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  let quicSeconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const stat = readStat(`/proc/${pid}/task/${task}/stat`);
    if (stat?.name.startsWith(QUIC_THREAD)) quicSeconds += stat.cpuSeconds;
  }
  return {
    cpuSeconds: readStat(`/proc/${pid}/stat`)?.cpuSeconds ?? 0,
    quicSeconds,
    rssBytes: rssKib * 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}

/** Processor seconds used between two readings, and the memory of the later one. */
export function usageBetween(before: Usage, after: Usage): Usage {
  return {
    ...after,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    quicSeconds: after.quicSeconds - before.quicSeconds,
  };
}

/** A thread may end between the listing and the reading. */
function readStat(file: string): { name: string; cpuSeconds: number } | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  // The name is in parentheses and may hold anything; utime and stime are fields 14 and 15.
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')];
  const fields = text.slice(close + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { name: text.slice(open + 1, close), cpuSeconds: ticks / TICKS_PER_SECOND };
}

const QUIC_THREAD = 'longhaul-quic';
/** USER_HZ: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
