/** Ends links that stayed up, and what others left behind. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { auditLink, type LinkAudit } from '../audit/audit.js';
import type { RouterReport } from '../audit/report.js';
import { NetemError } from '../errors.js';
import type { PingResult } from '../link/ping.js';
import { loadProfile } from '../profile/catalog.js';
import { nearest } from '../profile/nearest.js';
import {
  isAlive,
  markProcess,
  type NamedLink,
  namedLinks,
  type ProcessMark,
  removeLink,
  removeOrphanReports,
  reportFile,
} from './state.js';
import { findStrays } from './strays.js';

/** What was ended. */
export interface TakenDown {
  readonly links: readonly { readonly name: string; readonly audit?: LinkAudit }[];
  /** Processes of killed runs. */
  readonly strays: number;
}

/**
 * Ends the link of that name, or all and everything that is left of others.
 *
 * @throws NetemError `LH_NETEM_NAME` when none of that name is up
 */
export async function takeDown(name?: string): Promise<TakenDown> {
  const links = namedLinks();
  const chosen = name === undefined ? links : links.filter((link) => link.name === name);
  if (name !== undefined && chosen.length === 0) throw notUp(name, links);
  const ended: { name: string; audit?: LinkAudit }[] = [];
  for (const link of chosen) ended.push(await endLink(link));
  if (name !== undefined) return { links: ended, strays: 0 };
  const strays = await endStrays();
  removeOrphanReports(new Set(namedLinks().map((link) => link.name)));
  return { links: ended, strays };
}

async function endLink(link: NamedLink): Promise<{ name: string; audit?: LinkAudit }> {
  // The router first: it writes its report.
  for (const mark of [link.router, link.sender, link.receiver]) await end(mark);
  const audit = finalAudit(link);
  removeLink(link.name);
  return { name: link.name, ...(audit === undefined ? {} : { audit }) };
}

function finalAudit(link: NamedLink): LinkAudit | undefined {
  try {
    const report = JSON.parse(readFileSync(reportFile(link.name), 'utf8')) as RouterReport;
    const measured = link.ready.ping as PingResult | undefined;
    const profile = loadProfile(link.profile);
    return auditLink({ profile, report, ready: link.ready, ping: measured });
  } catch {
    // Killed before it could write: there is nothing to tell.
    return undefined;
  }
}

async function endStrays(): Promise<number> {
  let ended = 0;
  // What is ended may have begun something meanwhile.
  for (let round = 0; round < ROUNDS; round += 1) {
    const known = new Set(
      namedLinks().flatMap((link) => [link.router.pid, link.sender.pid, link.receiver.pid]),
    );
    const { inside, holders } = findStrays(known);
    if (inside.length + holders.length === 0) break;
    ended += inside.length + holders.length;
    await Promise.all(holders.map((pid) => end(markProcess(pid))));
    for (const pid of inside) kill(pid, 'SIGKILL');
    await sleep(POLL_MS);
  }
  return ended;
}

/** Asks, waits, then kills. */
async function end(mark: ProcessMark): Promise<void> {
  if (!isAlive(mark)) return;
  kill(mark.pid, 'SIGTERM');
  for (let waited = 0; waited < GRACE_MS && isAlive(mark); waited += POLL_MS) await sleep(POLL_MS);
  if (isAlive(mark)) kill(mark.pid, 'SIGKILL');
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

function notUp(name: string, links: readonly NamedLink[]): NetemError {
  const names = links.map((link) => link.name);
  const near = nearest(name, names);
  const hint = near === undefined ? names.join(', ') || 'none is' : `did you mean ${near}?`;
  return new NetemError('LH_NETEM_NAME', `${name} is not up, ${hint}`);
}

const GRACE_MS = 5_000;
const POLL_MS = 20;
const ROUNDS = 10;
