/** `npm run bench:delay`: what the hop RTMP -> edge -> QUIC -> center -> HTTP-FLV adds on this machine. */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { formatTable, type Percentiles } from '@longhaul/cli';
import { type DelayReport, measureDelay } from './delay/measure.js';
import { startRelayPair } from './delay/relay-pair.js';
import { DEFAULT_SHAPE } from './delay/test-broadcast.js';
import { wholeNumber } from './whole-number.js';

/** What `--duration` and `--connects` take. */
const COUNTS = { least: 1, most: 100_000 };

const USAGE = `npm run bench:delay -- [OPTIONS]

Spawns an edge and a center, sends a 2.5 Mbit/s broadcast (30 frames/s, AAC-like audio) through them and beside it over
one plain TCP socket; the same process stamps both ends. Then connects fresh viewers.

  --duration S   seconds of frames (60)
  --connects N   fresh viewers of each arm (200)
  --json         one JSON object on standard output
  --check        exit code 1 when a target is missed
  --help`;

/** What the project promises of this measurement, medians in ms. */
export const TARGETS = { delayP50Ms: 3, connectP50Ms: 5 } as const;

/** Runs the benchmark; resolves with the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  let options: Options | undefined;
  try {
    options = parseOptions(argv);
  } catch (error) {
    note(`bench:delay: ${(error as Error).message}`);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const loadBefore = loadavg()[0] as number;
  const pair = await startRelayPair({ onLog: note });
  let report: DelayReport;
  try {
    const { durationMs, connects } = options;
    report = await measureDelay({
      pair,
      shape: DEFAULT_SHAPE,
      durationMs,
      connects,
      onProgress: progressLine(note),
    });
  } finally {
    await pair.stop();
  }
  const met = {
    delay: (report.relay.delayMs?.p50 ?? Number.POSITIVE_INFINITY) <= TARGETS.delayP50Ms,
    connect: (report.relayConnectMs?.p50 ?? Number.POSITIVE_INFINITY) <= TARGETS.connectP50Ms,
  };
  const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model, loadBefore };
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ scenario: scenario(options), machine, targets: TARGETS, met, ...report }, null, 2)}\n`,
    );
  else process.stdout.write(`${describe(report, met, machine)}\n`);
  return options.check && !(met.delay && met.connect) ? 1 : 0;
}

interface Options {
  readonly durationMs: number;
  readonly connects: number;
  readonly json: boolean;
  readonly check: boolean;
}

function parseOptions(argv: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      duration: { type: 'string' },
      connects: { type: 'string' },
      json: { type: 'boolean' },
      check: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return undefined;
  return {
    durationMs: wholeNumber('--duration', values.duration ?? '60', COUNTS) * 1000,
    connects: wholeNumber('--connects', values.connects ?? '200', COUNTS),
    json: values.json ?? false,
    check: values.check ?? false,
  };
}

function scenario({ durationMs, connects }: Options): unknown {
  return { ...DEFAULT_SHAPE, durationMs, connects, link: 'loopback, no emulation', viewers: 1 };
}

function describe(
  report: DelayReport,
  met: { delay: boolean; connect: boolean },
  machine: { node: string; cpus: number; loadBefore: number },
): string {
  const { relay, direct } = report;
  const rows = [
    ['ms', 'p50', 'p95', 'p99', 'max', 'samples'],
    row('frame delay, RTMP -> edge -> QUIC -> center -> FLV', relay.delayMs),
    row('  video', relay.videoMs),
    row('  audio', relay.audioMs),
    row('frame delay, direct TCP', direct.delayMs),
    row('connect to key frame, center HTTP-FLV', report.relayConnectMs),
    row('connect to key frame, direct TCP', report.directConnectMs),
  ];
  const target = (ok: boolean) => (ok ? 'met' : 'MISSED');
  return [
    formatTable(rows),
    '',
    `frames: ${relay.sent} sent, ${relay.lost} lost, ${relay.duplicated} twice`,
    `targets: frame delay p50 <= ${TARGETS.delayP50Ms} ms ${target(met.delay)}, connect p50 <= ${TARGETS.connectP50Ms} ms ${target(met.connect)}`,
    `machine: Node ${machine.node}, ${machine.cpus} cores, load before ${machine.loadBefore.toFixed(2)}`,
  ].join('\n');
}

function row(name: string, values: Percentiles | undefined): string[] {
  if (values === undefined) return [name, '-'];
  return [
    name,
    ...[values.p50, values.p95, values.p99, values.max].map((value) => value.toFixed(2)),
    String(values.count),
  ];
}

/** A line every tenth of a phase. */
function progressLine(note: (line: string) => void): (phase: string, share: number) => void {
  let last = '';
  return (phase, share) => {
    const text = `${phase}: ${Math.floor(share * 10) * 10} %`;
    if (text !== last) note(text);
    last = text;
  };
}
