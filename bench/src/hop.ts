/** `npm run bench:hop`: many broadcasts over one link: what comes, how late, and what it costs. */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type IdleReport, measureIdle } from './hop/idle.js';
import { type HopReport, measureHop } from './hop/measure.js';
import { describeHop, describeIdle, summarize } from './hop/report.js';
import type { HopPlan } from './hop/schedule.js';
import { wholeNumber } from './whole-number.js';

/** What the counts take at the most. */
const MOST = 10_000;

const USAGE = `npm run bench:hop -- [OPTIONS]

One process publishes the broadcasts over RTMP to an edge, a center subscribes to all of them over one QUIC link, one
process watches all of them over HTTP-FLV at the center. Four processes on loopback; the cost of each is told apart.

  --broadcasts N  how many (200); 0 leaves this part out
  --mbps X        payload of each, Mbit/s (1)
  --duration S    seconds that are counted, after 5 s of warm-up (60)
  --idle N        also N broadcasts that have begun and are silent: the memory of each (0)
  --json          one JSON object on standard output
  --check         exit code 1 when a frame is lost
  --help`;

const WARM_UP_MS = 5_000;

/** Runs the benchmark; resolves with the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  let options: Options | undefined;
  try {
    options = parseOptions(argv);
  } catch (error) {
    note(`bench:hop: ${(error as Error).message}`);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const { plan, json, check } = options;
  const loadBefore = loadavg()[0] as number;
  const hop = plan.broadcasts > 0 ? await measureHop(plan, note) : undefined;
  const idle = options.idle > 0 ? await measureIdle(options.idle, note) : undefined;
  const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model, loadBefore };
  process.stdout.write(json ? asJson(plan, machine, hop, idle) : asText(plan, machine, hop, idle));
  return check && hop !== undefined && !summarize(hop).lossless ? 1 : 0;
}

interface Options {
  readonly plan: HopPlan;
  readonly idle: number;
  readonly json: boolean;
  readonly check: boolean;
}

interface Machine {
  readonly node: string;
  readonly cpus: number;
  readonly model: string | undefined;
  readonly loadBefore: number;
}

function parseOptions(argv: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      broadcasts: { type: 'string' },
      mbps: { type: 'string' },
      duration: { type: 'string' },
      idle: { type: 'string' },
      json: { type: 'boolean' },
      check: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return undefined;
  const mbps = Number(values.mbps ?? '1');
  if (!(mbps >= 0.2 && mbps <= 100)) throw new RangeError(`--mbps ${values.mbps}: write 0.2 to 100`);
  return {
    plan: {
      broadcasts: wholeNumber('--broadcasts', values.broadcasts ?? '200', { least: 0, most: MOST }),
      bitsPerSecond: mbps * 1e6,
      warmUpMs: WARM_UP_MS,
      durationMs: wholeNumber('--duration', values.duration ?? '60', { least: 1, most: MOST }) * 1_000,
    },
    idle: wholeNumber('--idle', values.idle ?? '0', { least: 0, most: MOST }),
    json: values.json ?? false,
    check: values.check ?? false,
  };
}

function asJson(plan: HopPlan, machine: Machine, hop?: HopReport, idle?: IdleReport): string {
  const body = { scenario: { ...plan, link: 'loopback, no emulation' }, machine, hop, idle };
  const summary = hop === undefined ? undefined : summarize(hop);
  return `${JSON.stringify({ ...body, summary }, null, 2)}\n`;
}

function asText(plan: HopPlan, machine: Machine, hop?: HopReport, idle?: IdleReport): string {
  const parts = [
    ...(hop === undefined ? [] : [describeHop(plan, hop)]),
    ...(idle === undefined ? [] : [describeIdle(idle)]),
    `machine: Node ${machine.node}, ${machine.cpus} cores, load before ${machine.loadBefore.toFixed(2)}`,
  ];
  return `${parts.join('\n\n')}\n`;
}
