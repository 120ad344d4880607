/** Links of @longhaul/netem as runs use them. */
import type { Link, LinkOpener, PathFigures } from './link.js';

/** What is used of @longhaul/netem. */
interface Netem {
  openLink(options: { profile: Profile; seed: number; initialWindow?: number }): Promise<NetemLink>;
  loadProfile(name: string): Profile | Promise<Profile>;
  listProfiles(): { name: string; summary: string }[] | Promise<{ name: string; summary: string }[]>;
  capacityBps(profile: Profile, direction: 'forward', fromMs: number, toMs: number): number;
}
interface NetemLink extends Omit<Link, 'path' | 'start' | 'capacityBps'> {
  readonly profile: Profile;
  start(): Promise<{ startUs: bigint }>;
}
interface Direction {
  readonly oneWayMs: number;
}
interface Profile {
  readonly name: string;
  readonly summary: string;
  readonly rttMs: number;
  readonly variantOf?: string;
  readonly forward: Direction;
}

async function netem(): Promise<Netem> {
  const name = '@longhaul/netem';
  return (await import(name)) as Netem;
}

/** Opens a link of @longhaul/netem. Rejects with its `NetemError`. */
export const netemOpener: LinkOpener = async ({ profile: name, seed, initialWindow }) => {
  const { openLink, loadProfile, capacityBps } = await netem();
  const profile = await loadProfile(name);
  const link = await openLink({ profile, seed, ...(initialWindow !== undefined && { initialWindow }) });
  return {
    backend: link.backend,
    sender: link.sender,
    receiver: link.receiver,
    settings: link.settings,
    path: figuresOf(profile, (fromMs, toMs) => capacityBps(profile, 'forward', fromMs, toMs)),
    start: async () => ({ startUs: Number((await link.start()).startUs) }),
    capacityBps: (fromMs, toMs) => capacityBps(profile, 'forward', fromMs, toMs),
    audit: () => link.audit(),
    close: () => link.close(),
  };
};

/** Names of the profiles. */
export async function profileNames(): Promise<{ readonly base: string[]; readonly all: string[] }> {
  const profiles = await allProfiles();
  const base = profiles.filter(({ variantOf }) => variantOf === undefined);
  return { base: base.map(({ name }) => name), all: profiles.map(({ name }) => name) };
}

/** The profiles as they are resolved, by name. Rejects when one cannot be. */
export async function resolveLinks(names: readonly string[]): Promise<Record<string, unknown>> {
  const { loadProfile } = await netem();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await loadProfile(name)])));
}

/** Rows of a table: name, round trip, summary. */
export async function summarizeProfiles(): Promise<string[][]> {
  return (await allProfiles()).map(({ name, rttMs, summary }) => [name, String(rttMs), summary]);
}

async function allProfiles(): Promise<Profile[]> {
  const { listProfiles, loadProfile } = await netem();
  return Promise.all((await listProfiles()).map(({ name }) => loadProfile(name)));
}

/** A trace is taken at its mean over a minute. */
const SPAN_MS = 60_000;

function figuresOf(profile: Profile, capacityBps: (fromMs: number, toMs: number) => number): PathFigures {
  const { rttMs } = profile;
  return {
    oneWayMs: profile.forward.oneWayMs,
    rttMs,
    bdpBytes: Math.ceil((capacityBps(0, SPAN_MS) / 8) * (rttMs / 1000)),
  };
}
