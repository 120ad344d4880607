/** The steps of traced frames in a table. */
import { type FrameFigure, explainWords as Words } from '@longhaul/relay';
import { formatTable } from '../format.js';
import type { JoinedTrace } from './join.js';

type Step = readonly [name: string, ms: (frame: FrameFigure) => number | undefined];

/** What each step took, over all frames that have it. */
export function describeSteps(frames: readonly FrameFigure[]): string {
  return table(
    [...new Set(frames.flatMap(({ sendings }) => sendings.map(({ peer }) => peer)))].flatMap(sendingSteps),
    frames,
  );
}

/** The same over both ends of a link. */
export function describeJoined({ receiver, frames }: JoinedTrace): string {
  const far = new Map(frames.map((frame) => [frame.ordinal, frame.receiver]));
  const there = (frame: FrameFigure) => far.get(frame.ordinal) as FrameFigure;
  const steps: Step[] = [
    ...sendingSteps(receiver),
    [
      `first byte on the way to ${receiver}`,
      (frame) => between(sendingTo(frame, receiver)?.firstSentMs, there(frame).firstMs),
    ],
    [`from ingest until it is whole at ${receiver}`, (frame) => between(frame.cameMs, there(frame).cameMs)],
    [
      `from ingest until it is written at ${receiver}`,
      (frame) => between(frame.cameMs, there(frame).writtenMs),
    ],
  ];
  return [
    table(
      steps,
      frames.map(({ sender }) => sender),
      false,
    ),
    '',
    `at ${receiver}`,
    table(
      [],
      frames.map((frame) => frame.receiver),
    ),
  ].join('\n');
}

const HERE: readonly Step[] = [
  ['first byte to where its last one stands', ({ firstMs, passedMs }) => between(firstMs, passedMs)],
  ['then until it was whole', ({ passedMs, cameMs }) => between(passedMs, cameMs)],
  ['merge', ({ cameMs, orderedMs }) => between(cameMs, orderedMs)],
  ['egress', ({ orderedMs, writtenMs }) => between(orderedMs, writtenMs)],
];

function sendingSteps(peer: string): Step[] {
  const to = (frame: FrameFigure) => sendingTo(frame, peer);
  return [
    [`send queue to ${peer}`, (frame) => between(frame.cameMs, to(frame)?.handedMs)],
    [
      `handed over until the first byte left to ${peer}`,
      (frame) => between(to(frame)?.handedMs, to(frame)?.firstSentMs),
    ],
    [
      `handed over until the last byte left to ${peer}`,
      (frame) => between(to(frame)?.handedMs, to(frame)?.lastSentMs),
    ],
    [`then until ${peer} had acknowledged it`, (frame) => between(to(frame)?.lastSentMs, to(frame)?.ackedMs)],
  ];
}

function table(steps: readonly Step[], frames: readonly FrameFigure[], withHere = true): string {
  const rows = [...steps, ...(withHere ? HERE : [])].flatMap(([name, ms]) => {
    const times = frames.flatMap((frame) => ms(frame) ?? []).sort((a, b) => a - b);
    if (times.length === 0) return [];
    const at = (share: number) =>
      Words.time(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0);
    return [[name, String(times.length), at(0.5), at(0.95), at(1)]];
  });
  return formatTable([['step', 'frames', 'p50', 'p95', 'worst'], ...rows]);
}

function sendingTo(frame: FrameFigure, peer: string) {
  return frame.sendings.find((sending) => sending.peer === peer);
}

function between(fromMs: number | null | undefined, toMs: number | null | undefined): number | undefined {
  if (fromMs === null || fromMs === undefined || toMs === null || toMs === undefined) return undefined;
  return toMs - fromMs;
}
