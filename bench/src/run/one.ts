/** One run: a link, an arm on it, a scenario, a record. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contestant, Site } from '../arms/arm.js';
import { fileName, RECORD_VERSION, type RunRecord } from '../records/index.js';
import { Cleanup, within } from './cleanup.js';
import type { Link, LinkAudit, LinkOpener, PathFigures } from './link.js';
import { linkSeries } from './link-series.js';
import type { Scenario, ScenarioResult } from './scenario.js';
import type { RunSpec } from './spec.js';
import { COMMON, smallBuffers, type TuningResult, tune } from './tcp-tuning.js';
import { judge } from './validity.js';

/** What a run works with. */
export interface RunContext {
  readonly openLink: LinkOpener;
  /** Where the run makes a directory of its own, and removes it. */
  readonly workDirectory: string;
  /** Certificates of `edge` and `center`. */
  readonly certificates: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Of all runs of the benchmark. */
  readonly backend: string;
  /** Base figures of a profile, for the record of a run that has no link. */
  readonly pathOf: (profile: string) => PathFigures;
  /** Gives processes that are measured their priority. */
  readonly raise: (pids: readonly number[]) => void;
  /** Ends the run before its time; the record is then worth nothing. */
  readonly signal?: AbortSignal;
}

/** Lines of an arm's processes that are kept in the record. */
const MOST_NOTES = 50;

/** What runs in one. */
interface Match {
  readonly scenario: Scenario;
  readonly contestant: Contestant;
}

/**
 * Runs `spec` with `contestant` in `scenario` and resolves with its record, also when the run broke or had no link: then it
 * is invalid and says why. Nothing of the run is left when it resolves.
 */
export async function runOne(match: Match, spec: RunSpec, context: RunContext): Promise<RunRecord> {
  const cleanup = new Cleanup();
  const notes: string[] = [];
  const { versions, backend } = context;
  const pieces = { contestant: match.contestant, spec, notes, versions, backend };
  try {
    const directory = await makeDirectory(spec, context, cleanup);
    const link = await open(match.contestant, spec, context);
    cleanup.defer('the link', () => link.close());
    const site: Site = {
      sender: link.sender,
      receiver: link.receiver,
      path: link.path,
      directory,
      certificates: context.certificates,
      cleanup,
      raise: context.raise,
      note: (line) => {
        if (notes.length < MOST_NOTES) notes.push(line);
      },
    };
    const part = await bounded(runOver(link, { ...match, spec, site }), spec, context.signal);
    return assemble({ ...pieces, link, path: link.path, part, failures: await cleanup.run() });
  } catch (error) {
    const part = { tuning: [], reasons: [`broken: ${firstLine(error as Error)}`] };
    return assemble({
      ...pieces,
      path: context.pathOf(spec.profile),
      part,
      failures: await cleanup.run(),
    });
  }
}

/** An empty one of this run; it goes with it. */
async function makeDirectory(spec: RunSpec, context: RunContext, cleanup: Cleanup): Promise<string> {
  const directory = join(context.workDirectory, fileName(spec).replace(/\.json\.gz$/, ''));
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  cleanup.defer('the directory of the run', () => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Rejects when there is no link in time; one that comes later is closed. */
async function open(contestant: Contestant, spec: RunSpec, { openLink }: RunContext): Promise<Link> {
  const { profile, seed } = spec;
  const { initialWindow } = contestant;
  const opening = openLink({ profile, seed, ...(initialWindow !== undefined && { initialWindow }) });
  try {
    return await within(OPEN_MS, 'the link', opening);
  } catch (error) {
    void opening.then((late) => late.close()).catch(() => {});
    throw error;
  }
}

/** What happened on an open link. */
interface Part {
  readonly result?: ScenarioResult;
  readonly tuning: readonly TuningResult[];
  readonly audit?: LinkAudit;
  readonly reasons: readonly string[];
}

async function runOver(
  link: Link,
  run: {
    readonly scenario: Scenario;
    readonly contestant: Contestant;
    readonly spec: RunSpec;
    readonly site: Site;
  },
): Promise<Part> {
  const { scenario, contestant, spec, site } = run;
  const tuning: TuningResult[] = [];
  try {
    tuning.push(await tune(link.sender, COMMON), await tune(link.receiver, COMMON));
    const small = tuning.flatMap((each) => smallBuffers(each, link.path));
    const result = await scenario.run(contestant.name, site, link, spec);
    return {
      result,
      tuning,
      audit: await within(AUDIT_MS, 'the audit', link.audit()),
      reasons: [...result.invalid, ...small],
    };
  } catch (error) {
    const reasons = [`broken: ${firstLine(error as Error)}`];
    const audit = await within(AUDIT_MS, 'the audit', link.audit()).catch(() => undefined);
    return { tuning, ...(audit !== undefined && { audit }), reasons };
  }
}

/**
 * What `part` gives, or nothing of worth as soon as `signal` aborts or the run takes longer than any can: the processes
 * are then ended by the clean-up.
 */
async function bounded(part: Promise<Part>, spec: RunSpec, signal: AbortSignal | undefined): Promise<Part> {
  const over = new AbortController();
  const nothing = (reason: string): Part => ({ tuning: [], reasons: [reason] });
  let end = () => {};
  const aborted = new Promise<Part>((resolve) => {
    end = () => resolve(nothing('interrupted'));
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end, { once: true });
  });
  const limitS = spec.durationS + spec.warmUpS + SPARE_S;
  const late = sleep(limitS * 1000, nothing(`the run was not over after ${limitS} s`), {
    signal: over.signal,
  });
  late.catch(() => {});
  return Promise.race([part, aborted, late]).finally(() => {
    over.abort();
    // The listener's own `signal` option would leave it counted: the eleventh run warns of a leak.
    signal?.removeEventListener('abort', end);
  });
}

/** Everything of a run beside its scenario's own time, with the deadlines of all its parts. */
const SPARE_S = 60;
const OPEN_MS = 30_000;
const AUDIT_MS = 5_000;

interface Pieces {
  readonly contestant: Contestant;
  readonly spec: RunSpec;
  /** Undefined when there was none. */
  readonly link?: Link;
  readonly path: PathFigures;
  readonly backend: string;
  readonly part: Part;
  readonly notes: readonly string[];
  /** What could not be undone. */
  readonly failures: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
}

function assemble({ contestant, spec, link, path, part, notes, failures, ...rest }: Pieces): RunRecord {
  const { result, audit, tuning } = part;
  const { profile, seed, arm, scenario, durationS } = spec;
  const { carrier, describe, initialWindow = DEFAULT_INITIAL_WINDOW } = contestant;
  const { oneWayMs, rttMs } = path;
  const cpu = result?.cpu ?? {};
  const reasons = [...part.reasons, ...failures.map((failure) => `left behind: ${failure}`)];
  return {
    version: RECORD_VERSION,
    run: { profile, seed, arm, scenario, durationS },
    link: { oneWayMs, rttMs },
    settings: {
      arm: { carrier, describe, initialWindow, ...result?.settings },
      tcp: { sender: tuning[0]?.values, receiver: tuning[1]?.values },
      link: { backend: rest.backend, ...link?.settings },
      notes,
    },
    versions: rest.versions,
    audit: withoutSeries(audit),
    validity: judge({ audit, cpu, tuning, reasons }),
    hop: result?.hop,
    session: result?.session,
    frames: result?.frames,
    series: [
      ...(result?.series ?? []),
      ...(link === undefined ? [] : linkSeries(link, audit, result?.linkStartUs ?? 0)),
    ],
    cpu,
  };
}

function firstLine({ message }: Error): string {
  return message.split('\n', 1)[0] as string;
}

/** Of Linux, packets (RFC 6928). */
const DEFAULT_INITIAL_WINDOW = 10;

/** Its samples stand among the series of the record. */
function withoutSeries(audit: LinkAudit | undefined): unknown {
  if (audit === undefined) return undefined;
  const { series: _, ...rest } = audit;
  return rest;
}
