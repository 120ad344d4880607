/** One end of a link. */
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { runInside, spawnInside } from './namespaces.js';
import { END_INTERFACE, type EndPlan } from './topology.js';

/** The end where media comes from (`sender`) or the one it goes to (`receiver`). */
export class Host {
  readonly name: 'sender' | 'receiver';
  /** IPv4. */
  readonly address: string;
  /** IPv6. */
  readonly address6: string;
  /** Its interface, inside. */
  readonly interface = END_INTERFACE;
  /** The process that holds the namespace: `nsenter -t PID -n` gets in from outside. */
  readonly pid: number;

  constructor(plan: EndPlan, pid: number) {
    this.name = plan.name;
    this.address = plan.address;
    this.address6 = plan.address6;
    this.pid = pid;
  }

  /**
   * Starts a command on this end, with the meaning of `child_process.spawn`: the process is the command's own, signals
   * reach it. It is killed when this process dies or the link is closed.
   */
  spawn(command: string, args: readonly string[] = [], options: SpawnOptions = {}): ChildProcess {
    return spawnInside(this.pid, [command, ...args], options);
  }

  /** Runs a command to its end and gives its output; rejects with its words unless it exits with 0. */
  run(command: string, args: readonly string[] = []): Promise<string> {
    return runInside(this.pid, [command, ...args]);
  }
}
