/** Three network namespaces, each held by a process that ends with this one. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { NetemError } from '../errors.js';
import { routerBinary } from './binary.js';
import { EventLines } from './event-lines.js';

/** A namespace and the process that holds it. */
export interface Holder {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly events: EventLines;
}

/** The three of a link. */
export interface Namespaces {
  /** In the middle. */
  readonly router: Holder;
  readonly sender: Holder;
  readonly receiver: Holder;
  /** They belong to a user namespace made for them, because the caller is not root. */
  readonly ownUserNamespace: boolean;
}

/** How holders are started: tied to this process, or to be left alone. */
export interface HoldOptions {
  /** What the process in the middle becomes: the router, or nothing more than a holder. */
  readonly middle?: 'route' | 'hold';
  /** Left alone: the directory of the state that knows them, shown in their command line. */
  readonly detached?: string;
}

/**
 * Makes the namespaces. What was made is gone when it rejects.
 *
 * @throws NetemError `LH_NETEM_PRIVILEGE` where namespaces are not allowed
 */
export async function holdNamespaces(options: HoldOptions = {}): Promise<Namespaces> {
  const router = await hold(options.middle ?? 'route', [], options).catch((error: unknown) => {
    throw refusal(error);
  });
  const held = [router.holder];
  try {
    const member = router.ownUserNamespace ? ['--user-of', String(router.holder.pid)] : [];
    for (const _ of ['sender', 'receiver']) held.push((await hold('hold', member, options)).holder);
    const [, sender, receiver] = held as [Holder, Holder, Holder];
    return { router: router.holder, sender, receiver, ownUserNamespace: router.ownUserNamespace };
  } catch (error) {
    await Promise.all(held.map(release));
    throw error;
  }
}

/** Ends a holder, which takes everything in its namespace with it. Idempotent. */
export async function release({ child }: Holder): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  child.stdin?.end();
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), RELEASE_MS);
  await ended;
  clearTimeout(timer);
}

/**
 * Starts `command` inside the namespaces of a holder; the process is the command's own and dies with this process.
 */
export function spawnInside(
  pid: number,
  command: readonly string[],
  options: SpawnOptions & { readonly offloadsOff?: string } = {},
): ChildProcess {
  const { offloadsOff, ...rest } = options;
  const offloads = offloadsOff === undefined ? [] : ['--offloads-off', offloadsOff];
  return spawn(routerBinary(), ['enter', String(pid), ...offloads, '--', ...command], rest);
}

/** Runs a command inside to its end; rejects with its words unless it exits with 0. */
export async function runInside(
  pid: number,
  command: readonly string[],
  options: { readonly input?: string; readonly offloadsOff?: string } = {},
): Promise<string> {
  const child = spawnInside(pid, command, {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.offloadsOff === undefined ? {} : { offloadsOff: options.offloadsOff }),
  });
  let out = '';
  let words = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  // A command that ends without reading its input is no fault of this process.
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.input ?? '');
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code === 0) return out;
  const line = words.trim().split('\n')[0] || `ended with ${signal ?? code}`;
  throw new NetemError('LH_NETEM_PROGRAM', `${command.slice(0, 4).join(' ')}: ${line}`);
}

async function hold(
  role: 'hold' | 'route',
  member: readonly string[],
  options: HoldOptions,
): Promise<{ holder: Holder; ownUserNamespace: boolean }> {
  const detached = options.detached === undefined ? [] : ['--detached', options.detached];
  const child = spawn(routerBinary(), [role, ...member, ...detached], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: detached.length > 0,
  });
  child.stdin?.on('error', () => {});
  const events = new EventLines(child);
  const held = await events.next('held');
  return {
    holder: { pid: held.pid as number, child, events },
    ownUserNamespace: held.ownUserNamespace === true,
  };
}

function refusal(error: unknown): unknown {
  const words = (error instanceof Error ? error.message : String(error)).replace('longhaul-router: ', '');
  if (!/not permitted|denied|No space left|Invalid argument/i.test(words)) return error;
  return new NetemError(
    'LH_NETEM_PRIVILEGE',
    `network namespaces are not allowed here (${words}): run as root, or allow user namespaces (unshare -Urn must work)`,
    { cause: error },
  );
}

const RELEASE_MS = 5_000;
