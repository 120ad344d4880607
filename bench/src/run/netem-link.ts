/** Links of @longhaul/netem as runs use them. */
import {
  capacityBps,
  listProfiles,
  loadProfile,
  NetemError,
  openLink,
  probeHost,
  type ResolvedProfile,
} from '@longhaul/netem';
import type { LinkOpener, PathFigures } from './link.js';

/** Opens a link of @longhaul/netem. Rejects with its `NetemError`. */
export const netemOpener: LinkOpener = async ({ profile: name, seed, initialWindow }) => {
  const profile = loadProfile(name);
  const link = await openLink({ profile, seed, ...(initialWindow !== undefined && { initialWindow }) });
  return {
    backend: link.backend,
    sender: link.sender,
    receiver: link.receiver,
    settings: link.settings,
    path: figuresOf(profile, (fromMs, toMs) => capacityBps(profile, 'forward', fromMs, toMs)),
    start: async (atUs) => {
      const { startUs } = await link.start(atUs === undefined ? {} : { atUs: BigInt(Math.round(atUs)) });
      return { startUs: Number(startUs) };
    },
    capacityBps: (fromMs, toMs) => capacityBps(profile, 'forward', fromMs, toMs),
    audit: () => link.audit(),
    close: () => link.close(),
  };
};

/** Base figures of a profile, by name. Throws when there is none. */
export function pathOf(name: string): PathFigures {
  const profile = loadProfile(name);
  return figuresOf(profile, (fromMs, toMs) => capacityBps(profile, 'forward', fromMs, toMs));
}

/** The emulator that links have on this machine. Rejects in one line, with exit code 2, where there can be none. */
export async function chooseBackend(): Promise<string> {
  try {
    return (await probeHost()).chosen;
  } catch (error) {
    if (error instanceof NetemError) throw Object.assign(error, { exitCode: 2 });
    throw error;
  }
}

/** Names of the profiles. */
export function profileNames(): { readonly base: string[]; readonly all: string[] } {
  const profiles = listProfiles();
  const base = profiles.filter(({ variantOf }) => variantOf === undefined);
  return { base: base.map(({ name }) => name), all: profiles.map(({ name }) => name) };
}

/** The profiles as they are resolved, by name; a trace by its length. Throws when one cannot be. */
export function resolveLinks(names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, withoutTrace(loadProfile(name))]));
}

/** Rows of a table: name, round trip, summary. */
export function summarizeProfiles(): string[][] {
  return listProfiles().map(({ name, rttMs, summary }) => [name, String(rttMs), summary]);
}

/** A trace as plan.json keeps it: `packets` of 1,500 bytes leave in each `periodMs`. */
export interface PlannedTrace {
  readonly kind: 'trace';
  readonly name: string;
  readonly packets: number;
  readonly periodMs: number;
}

/** Thousands of milliseconds say less than how many there are. */
function withoutTrace(profile: ResolvedProfile): unknown {
  const plain = ({ bottleneck, ...path }: ResolvedProfile['forward']) =>
    bottleneck.kind === 'trace' ? { ...path, bottleneck: plannedTrace(bottleneck) } : { ...path, bottleneck };
  return { ...profile, forward: plain(profile.forward), reverse: plain(profile.reverse) };
}

function plannedTrace({ name, ms }: { readonly name: string; readonly ms: readonly number[] }): PlannedTrace {
  return { kind: 'trace', name, packets: ms.length, periodMs: ms.at(-1) ?? 1 };
}

/** A trace is taken at its mean over a minute. */
const SPAN_MS = 60_000;

function figuresOf(profile: ResolvedProfile, rateBps: (fromMs: number, toMs: number) => number): PathFigures {
  const { rttMs } = profile;
  return {
    oneWayMs: profile.forward.oneWayMs,
    rttMs,
    bdpBytes: Math.ceil((rateBps(0, SPAN_MS) / 8) * (rttMs / 1000)),
  };
}
