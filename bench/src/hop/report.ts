/** The report of `bench:hop` for people. */
import { formatTable, type Percentiles } from '@longhaul/cli';
import type { IdleReport } from './idle.js';
import type { HopReport, Part } from './measure.js';
import type { HopPlan } from './schedule.js';

/** Figures that follow from a report. */
export interface HopSummary {
  /** Payload at the sink over the counted time. */
  readonly mbitPerSecond: number;
  /** No frame missing, by sequence numbers at the sink and by the relays' counters. */
  readonly lossless: boolean;
  /** Processor seconds for a Gbit of payload. */
  readonly cpuSecondsPerGbit: Readonly<Record<Part, number>>;
  /** Cores kept busy. */
  readonly cores: Readonly<Record<Part, number>>;
}

/** Derives them. */
export function summarize({ sink, generator, counters, usage, countedMs }: HopReport): HopSummary {
  const gbit = (sink.payloadBytes * 8) / 1e9;
  const perPart = (of: (part: Part) => number): Record<Part, number> => ({
    generator: of('generator'),
    edge: of('edge'),
    center: of('center'),
    sink: of('sink'),
  });
  const byCounters = counters.edgeFramesIn === counters.centerFramesIn && counters.dropped === 0;
  const bySequence = sink.lost === 0 && sink.frames === generator.frames;
  return {
    mbitPerSecond: (gbit * 1e6) / countedMs,
    lossless: byCounters && bySequence,
    cpuSecondsPerGbit: perPart((part) => usage[part].cpuSeconds / gbit),
    cores: perPart((part) => (usage[part].cpuSeconds * 1_000) / countedMs),
  };
}

/** The report as text. */
export function describeHop(plan: HopPlan, report: HopReport): string {
  const { sink, generator, counters, usage } = report;
  const summary = summarize(report);
  const parts = ['edge', 'center', 'generator', 'sink'] as const;
  const cpu = parts.map((part) => [
    part,
    `${summary.cores[part].toFixed(2)}`,
    (usage[part].cpuSeconds - usage[part].quicSeconds).toFixed(1),
    usage[part].quicSeconds.toFixed(1),
    summary.cpuSecondsPerGbit[part].toFixed(2),
    mib(usage[part].rssBytes),
    (usage[part].rssBytes / 1024 / plan.broadcasts).toFixed(0),
  ]);
  return [
    `${plan.broadcasts} broadcasts of ${plan.bitsPerSecond / 1e6} Mbit/s, ${plan.durationMs / 1_000} s: ${summary.mbitPerSecond.toFixed(1)} Mbit/s of payload over one link`,
    `frames by sequence: ${generator.frames} sent, ${sink.frames} came, ${sink.lost} lost, ${sink.duplicated} twice, ${sink.reordered} out of order`,
    `frames by counters, whole run: ${counters.edgeFramesIn} into the edge, ${counters.centerFramesIn} into the center, ${counters.dropped} dropped; packets lost on the link: ${counters.linkPacketsLost}`,
    '',
    formatTable([
      ['ms', 'p50', 'p95', 'p99', 'max'],
      row('delay, RTMP write -> HTTP-FLV read', sink.delayMs),
      row('generator late', generator.lateMs),
    ]),
    '',
    formatTable([['process', 'cores', 'JS s', 'QUIC s', 'CPU s/Gbit', 'RSS MiB', 'KiB/broadcast'], ...cpu]),
  ].join('\n');
}

/** Memory of idle broadcasts as text. */
export function describeIdle(report: IdleReport): string {
  const { broadcasts, subscribed, idleCpuSeconds } = report;
  return [
    `${broadcasts} idle broadcasts, ${subscribed} subscribed by the center`,
    formatTable([
      ['process', 'RSS before MiB', 'after MiB', 'KiB/broadcast', 'CPU s in 10 s'],
      ...(['edge', 'center'] as const).map((part) => [
        part,
        mib(report[part].before.rssBytes),
        mib(report[part].after.rssBytes),
        ((part === 'edge' ? report.edgeBytesEach : report.centerBytesEach) / 1024).toFixed(1),
        idleCpuSeconds[part].toFixed(2),
      ]),
    ]),
  ].join('\n');
}

function row(name: string, values: Percentiles | undefined): string[] {
  if (values === undefined) return [name, '-'];
  return [name, ...[values.p50, values.p95, values.p99, values.max].map((value) => value.toFixed(2))];
}

function mib(bytes: number): string {
  return (bytes / 1_048_576).toFixed(0);
}
