/** The parent's end of the process that reads the hop's figures at the sender. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FiguresSource, Site } from '../arms/arm.js';
import type { Series } from '../records/index.js';
import { Child } from './child.js';

/** What the process is to do. */
export interface SamplerTask {
  readonly source: Exclude<FiguresSource, { kind: 'none' }>;
  readonly everyMs: number;
  /** Where a `Sampled` is written as JSON. */
  readonly record: string;
}

/** Of the admin API, a request each. */
const RELAY_EVERY_MS = 100;
/** Of the kernel: a process each. */
const KERNEL_EVERY_MS = 500;
const PROCESS = fileURLToPath(new URL('./sampler-process.js', import.meta.url));

/** A running sampler. */
export interface Sampler {
  /** Ends it; resolves with what it read, or undefined when there was nothing to read. */
  stop(): Promise<Sampled | undefined>;
}

/** What the hop's sender told. */
export interface Sampled {
  readonly series: Series;
  /** Congestion control in force by the kernel's or the engine's own word. */
  readonly congestion?: string;
}

/** Starts it at the sender. */
export function startSampler(site: Site, source: FiguresSource): Sampler {
  if (source.kind === 'none') return { stop: async () => undefined };
  const record = join(site.directory, 'hop.json');
  const everyMs = source.kind === 'relay' ? RELAY_EVERY_MS : KERNEL_EVERY_MS;
  const task: SamplerTask = { source, everyMs, record };
  const child = new Child(site.sender, {
    name: 'sampler',
    command: process.execPath,
    args: [PROCESS, JSON.stringify(task)],
  });
  site.cleanup.defer('the sampler', async () => void (await child.stop('SIGTERM', 1_000)));
  return {
    stop: async () => {
      await child.stop();
      return readFile(record, 'utf8').then(
        (text) => JSON.parse(text) as Sampled,
        () => undefined,
      );
    },
  };
}
