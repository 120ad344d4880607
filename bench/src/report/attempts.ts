/** Every attempt of a result directory, boiled down to what figures are made of. */
import * as Metrics from '../metrics/index.js';
import type { RunKey, RunRecord, Validity } from '../records/index.js';
import type { Sample } from '../statistics/index.js';
import * as Columns from './columns.js';
import * as Directory from './directory.js';
import type { Trace } from './model.js';
import * as Realised from './realised.js';
import * as Thin from './thin.js';

/** One attempt at a run. */
export interface Attempt {
  readonly run: RunKey;
  readonly validity: Validity;
  readonly link: RunRecord['link'];
  readonly backend: string;
  /** By metric; what this run cannot tell is missing. Empty for an invalid attempt. */
  readonly samples: ReadonlyMap<string, Sample>;
  /** Whether the player with 500 ms ever played; undefined without media. */
  readonly started: boolean | undefined;
  /** Delays of the frames due after the start (`Metrics.SETTLED_MS`), ms; `Infinity` for what never came. */
  readonly delaysMs: readonly number[];
  readonly trace: Trace | undefined;
  /** What the link truly was. */
  readonly realised: Realised.RealisedRun | undefined;
  readonly settings: RunRecord['settings'];
  readonly versions: RunRecord['versions'];
}

/** Every attempt of the directory. Rejects with `LH_CLI_FILE`. */
export async function read(directory: Directory.ResultDirectory): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for await (const record of Directory.records(directory)) attempts.push(attemptOf(record));
  return attempts;
}

/** One record, boiled down. */
export function attemptOf(record: RunRecord): Attempt {
  const { run, validity, link, settings, versions, session, frames } = record;
  const [backend, realised] = [backendOf(record), Realised.ofRecord(record)];
  const base = { run, validity, link, settings, versions, backend, realised };
  if (validity.state === 'invalid') {
    return { ...base, samples: new Map(), started: undefined, delaysMs: [], trace: undefined };
  }
  const metrics = Metrics.ofRun(record);
  const samples = new Map<string, Sample>();
  for (const { metric, of } of Columns.COLUMNS) {
    const sample = of(metrics, record);
    if (sample !== undefined) samples.set(metric, sample);
  }
  return {
    ...base,
    samples,
    started: metrics.players?.p500.started,
    delaysMs: session && frames ? Metrics.delaysMs(frames, session, { fromMs: Metrics.SETTLED_MS }) : [],
    trace: Thin.trace(record),
  };
}

function backendOf({ settings }: RunRecord): string {
  const link = settings.link as { backend?: unknown } | undefined;
  return typeof link?.backend === 'string' ? link.backend : 'unknown';
}
