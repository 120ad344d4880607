/** Links that stay up by name: what is known of them, in files. */
import { lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeDirectory } from '../directory.js';
import { NetemError } from '../errors.js';

/** A process by its id and the moment it began: an id alone may be somebody else's by now. */
export interface ProcessMark {
  readonly pid: number;
  readonly startedTicks: string;
}

/** A link that `up` made. */
export interface NamedLink {
  readonly name: string;
  readonly profile: string;
  readonly seed: number;
  readonly bootId: string;
  readonly ownUserNamespace: boolean;
  readonly router: ProcessMark;
  readonly sender: ProcessMark;
  readonly receiver: ProcessMark;
  /** What ping said when it came up, and the router's first words: for the audit at the end. */
  readonly ready: Readonly<Record<string, unknown>>;
}

/** Where the files are: of this user, gone with the boot where the system provides for it. */
export function stateDirectory(): string {
  const uid = process.getuid?.() ?? 0;
  if (process.env.LONGHAUL_NETEM_STATE !== undefined) return process.env.LONGHAUL_NETEM_STATE;
  if (uid === 0) return '/run/longhaul-netem';
  return process.env.XDG_RUNTIME_DIR === undefined
    ? `/tmp/longhaul-netem-${uid}`
    : join(process.env.XDG_RUNTIME_DIR, 'longhaul-netem');
}

/** @throws NetemError `LH_NETEM_USAGE` for what is no name */
export function checkName(name: string): string {
  if (!/^[a-z0-9][a-z0-9._-]{0,40}$/i.test(name))
    throw new NetemError(
      'LH_NETEM_USAGE',
      `a name is up to 41 letters, digits, dots, dashes, got ${JSON.stringify(name)}`,
    );
  return name;
}

/**
 * Makes it where it is not there.
 *
 * @throws NetemError `LH_NETEM_USAGE` when others could write what is read there: processes are ended by it
 */
export function makeStateDirectory(): void {
  try {
    makeDirectory(stateDirectory(), { mode: 0o700 });
  } catch (cause) {
    const words = `cannot make ${stateDirectory()} (${(cause as NodeJS.ErrnoException).code}): name another directory in LONGHAUL_NETEM_STATE`;
    throw new NetemError('LH_NETEM_USAGE', words, { cause });
  }
  assertOwn(stateDirectory());
}

function assertOwn(directory: string): void {
  const stat = lstatSync(directory);
  if (stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0) return;
  throw new NetemError(
    'LH_NETEM_USAGE',
    `${directory} is not a directory of this user alone: remove it, or name another one in LONGHAUL_NETEM_STATE`,
  );
}

/**
 * Every link on file of this boot; files of another boot or that make no sense are removed.
 *
 * @throws NetemError `LH_NETEM_USAGE` as `makeStateDirectory`
 */
export function namedLinks(): NamedLink[] {
  const files = filesOf(stateDirectory()).filter((file) => file.endsWith(ENDING));
  if (files.length === 0) return [];
  assertOwn(stateDirectory());
  return files.flatMap((file) => {
    const path = join(stateDirectory(), file);
    try {
      const link = JSON.parse(readFileSync(path, 'utf8')) as NamedLink;
      if (link.bootId === bootId() && `${link.name}${ENDING}` === file && isWhole(link)) return [link];
    } catch {
      // Cut off by a crash while it was written.
    }
    rmSync(path, { force: true });
    return [];
  });
}

/** None where there is no such directory. */
function filesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function isWhole({ profile, ready, router, sender, receiver }: NamedLink): boolean {
  const isMark = (mark: Partial<ProcessMark> | undefined) =>
    Number.isSafeInteger(mark?.pid) && (mark?.pid ?? 0) > 1 && typeof mark?.startedTicks === 'string';
  return typeof profile === 'string' && typeof ready === 'object' && [router, sender, receiver].every(isMark);
}

/** Writes a link's file. */
export function saveLink(link: NamedLink): void {
  makeStateDirectory();
  writeFileSync(join(stateDirectory(), link.name + ENDING), `${JSON.stringify(link, null, 2)}\n`);
}

/** Forgets a link. */
export function removeLink(name: string): void {
  rmSync(join(stateDirectory(), name + ENDING), { force: true });
  rmSync(reportFile(name), { force: true });
}

/** Forgets the reports of links that were killed before they were on file. */
export function removeOrphanReports(known: ReadonlySet<string>): void {
  const suffix = basename(reportFile(''));
  for (const file of filesOf(stateDirectory())) {
    if (file.endsWith(suffix) && !known.has(file.slice(0, -suffix.length)))
      rmSync(join(stateDirectory(), file), { force: true });
  }
}

/** Where the router of a named link leaves its report when it ends. */
export function reportFile(name: string): string {
  return join(stateDirectory(), `${name}.report.json`);
}

/** Marks a process that is alive. */
export function markProcess(pid: number): ProcessMark {
  return { pid, startedTicks: startedTicks(pid) ?? '' };
}

/** Whether the process of a mark is alive. */
export function isAlive({ pid, startedTicks: ticks }: ProcessMark): boolean {
  return ticks !== '' && startedTicks(pid) === ticks;
}

/** Tells this boot from others. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** The network namespace of a process, as the kernel names it; undefined when it is gone or somebody else's. */
export function networkOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

/** Field 22 of stat; the name before it may hold anything, so fields count from its closing bracket. */
function startedTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

const ENDING = '.link.json';
