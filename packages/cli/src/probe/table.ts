/** A probe's report for people. */
import { formatTable } from '../format.js';
import type { ProbeReport } from './measure.js';
import type { Percentiles } from './percentiles.js';

/** The report as text of several lines. */
export function describeProbe(url: string, report: ProbeReport): string {
  const parts = [url, '', formatTable(timeRows(report))];
  const distributions = distributionRows(report);
  if (distributions.length > 1) parts.push('', formatTable(distributions));
  if (Object.keys(report.tracks).length > 0) parts.push('', formatTable(trackRows(report)));
  parts.push('', playerLine(report));
  if (report.delayMs === undefined) {
    parts.push('no frame delay: the source does not stamp its frames (longhaul publish --stamp does)');
  } else if (report.stampsMissing > 0) parts.push(`${report.stampsMissing} stamps missing`);
  return parts.join('\n');
}

function timeRows(report: ProbeReport): string[][] {
  return [
    ['connected', milliseconds(report.connectMs)],
    ['request accepted', milliseconds(report.acceptMs)],
    ['first byte', milliseconds(report.firstByteMs)],
    ['first key frame complete', milliseconds(report.firstKeyFrameMs)],
    ['play starts (player model)', milliseconds(report.player.startedMs)],
  ];
}

function distributionRows(report: ProbeReport): string[][] {
  const rows = [['ms', 'min', 'p50', 'p95', 'p99', 'max', 'frames']];
  const add = (name: string, values: Percentiles | undefined) => {
    if (values === undefined) return;
    const { min, p50, p95, p99, max } = values;
    rows.push([name, ...[min, p50, p95, p99, max].map((value) => value.toFixed(1)), String(values.count)]);
  };
  add('frame delay (capture to here)', report.delayMs);
  add('lateness (against the promptest)', report.latenessMs);
  return rows;
}

function trackRows(report: ProbeReport): string[][] {
  const rows = [['track', 'codec', 'frames', 'keys', 'frames/s', 'kbit/s', 'longest gap', 'time steps back']];
  for (const [name, track] of Object.entries(report.tracks)) {
    rows.push([
      name,
      track.codec ?? '?',
      String(track.frames),
      String(track.keyFrames),
      track.framesPerSecond.toFixed(1),
      track.kbitPerSecond.toFixed(0),
      milliseconds(track.longestGapMs),
      String(track.backwardSteps),
    ]);
  }
  return rows;
}

function playerLine({ player, measuredMs }: ProbeReport): string {
  const seconds = (measuredMs / 1000).toFixed(1);
  if (player.startedMs === undefined) return `player model: play never started in ${seconds} s`;
  const share = (player.stallRatio * 100).toFixed(2);
  const least = player.options.leastStallMs;
  return `player model: ${player.stalls} stalls of ${least} ms or more, ${player.stalledMs.toFixed(0)} ms, ${share} % of ${seconds} s`;
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(1)} ms`;
}
