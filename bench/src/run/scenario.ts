/** What a scenario is: something done over a link by one of several contestants. */
import type { Contestant, Site } from '../arms/arm.js';
import type { Connect, FrameColumns, Series, Session } from '../records/index.js';
import type { Link } from './link.js';
import type { RunSpec } from './spec.js';

/** One scenario. */
export interface Scenario {
  readonly name: string;
  /** One line for people. */
  readonly describe: string;
  readonly contestants: readonly Contestant[];
  /** It takes a processor for itself: its runs are made one after the other, whatever `--jobs` says. */
  readonly alone?: boolean;
  /** Runs it over an open link, which it starts. Rejects when a process fails: the run is then invalid. */
  run(contestant: string, site: Site, link: Link, spec: RunSpec): Promise<ScenarioResult>;
}

/** What a scenario contributes to the record of a run. */
export interface ScenarioResult {
  readonly hop?: Connect | undefined;
  readonly session?: Session | undefined;
  readonly frames?: FrameColumns | undefined;
  readonly series: readonly Series[];
  /** Share of one core, by process. */
  readonly cpu: Readonly<Record<string, number>>;
  /** Why the run cannot be compared. */
  readonly invalid: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
  /** The link's time zero. */
  readonly linkStartUs: number;
}
