/** Runs the broadcasts through edge and center and reads what it cost. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startRelayPair } from '../delay/relay-pair.js';
import type { GeneratorReport, SinkReport } from './messages.js';
import { countedRange, type HopPlan } from './schedule.js';
import { framesReceived, scrape } from './scrape.js';
import { type Usage, usageBetween, usageOf } from './usage.js';
import { Worker } from './worker.js';

/** The four processes. */
export type Part = 'generator' | 'edge' | 'center' | 'sink';

/** What was measured. */
export interface HopReport {
  readonly generator: GeneratorReport;
  readonly sink: SinkReport;
  /** Between the first counted frame and the end of the counted time. */
  readonly usage: Readonly<Record<Part, Usage>>;
  readonly countedMs: number;
  readonly counters: {
    /** All frames of the run, headers and warm-up too. */
    readonly edgeFramesIn: number;
    readonly centerFramesIn: number;
    readonly centerFramesOut: number;
    /** Dropped by either relay, for whatever reason. */
    readonly dropped: number;
    readonly linkPacketsLost: number;
  };
}

/** After the last frame: it and its acknowledgements are still on their way. */
const SETTLE_MS = 1_500;

/** Runs `plan`. Rejects when a relay, the generator or the sink fails. */
export async function measureHop(plan: HopPlan, note: (line: string) => void): Promise<HopReport> {
  const admin = { admin: { listen: '127.0.0.1:0' }, ...NO_PAUSE };
  const pair = await startRelayPair({ onLog: note, edge: admin, center: admin });
  const task = { plan, range: countedRange(plan), idle: false };
  const generator = new Worker('generator', { ...task, base: `rtmp://${pair.edge.rtmp}/live` });
  const sink = new Worker('sink', { ...task, base: `http://${pair.center.http}/live` });
  const died = new Promise<never>((_, reject) => {
    pair.died.addEventListener('abort', () => reject(pair.died.reason));
  });
  died.catch(() => {});
  const pids = { generator: generator.pid, ...pair.pids, sink: sink.pid };
  try {
    const counting = generator.next('counting');
    const counted = generator.next('counted');
    await Promise.race([died, Promise.all([generator.next('ready'), sink.next('ready')])]);
    note(`${plan.broadcasts} publishers are connected`);
    generator.send({ type: 'go' });
    await Promise.race([died, counting]);
    const startMs = performance.now();
    const before = read(pids);
    note(`counting for ${plan.durationMs / 1_000} s`);
    await Promise.race([died, counted, sink.next('counted')]);
    const usage = between(before, read(pids));
    const countedMs = performance.now() - startMs;
    await sleep(OFFSETS_MS + SETTLE_MS);
    const counters = await readCounters(pair.edge.admin ?? '', pair.center.admin ?? '');
    const [generated, sunk] = await Promise.all([reportOf(generator), reportOf(sink)]);
    return {
      generator: generated as GeneratorReport,
      sink: sunk as SinkReport,
      usage,
      countedMs,
      counters,
    };
  } finally {
    generator.kill();
    sink.kill();
    await pair.stop();
  }
}

/** The last broadcast begins this much later than the first. */
const OFFSETS_MS = 2_000;
/** Every viewer waits as long as the publishers take to connect. */
const NO_PAUSE = { viewers: { unknownWaitMs: 60_000 } };

async function reportOf(worker: Worker): Promise<GeneratorReport | SinkReport> {
  const report = worker.next('report');
  worker.send({ type: 'stop' });
  return (await report).report;
}

function read(pids: Readonly<Record<Part, number>>): Record<Part, Usage> {
  const { generator, edge, center, sink } = pids;
  return {
    generator: usageOf(generator),
    edge: usageOf(edge),
    center: usageOf(center),
    sink: usageOf(sink),
  };
}

function between(before: Record<Part, Usage>, after: Record<Part, Usage>): Record<Part, Usage> {
  return {
    generator: usageBetween(before.generator, after.generator),
    edge: usageBetween(before.edge, after.edge),
    center: usageBetween(before.center, after.center),
    sink: usageBetween(before.sink, after.sink),
  };
}

async function readCounters(edge: string, center: string): Promise<HopReport['counters']> {
  const [atEdge, atCenter] = await Promise.all([scrape(edge), scrape(center)]);
  return {
    edgeFramesIn: atEdge.frames_received_total ?? 0,
    centerFramesIn: await framesReceived(center),
    centerFramesOut: atCenter.frames_sent_total ?? 0,
    dropped: (atEdge.frames_dropped_total ?? 0) + (atCenter.frames_dropped_total ?? 0),
    linkPacketsLost: atEdge.link_lost_packets_total ?? 0,
  };
}
