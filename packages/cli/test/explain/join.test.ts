import { DELAY_PARTS, type PartTimes } from '@longhaul/core';
import type { DelayWay, Explanation, FrameFigure, TraceAnswer } from '@longhaul/relay';
import t from 'tap';
import { joinTraces, joinWays } from '../../src/explain/join.js';
import { describeJoined, describeSteps } from '../../src/explain/steps.js';

const NONE = Object.fromEntries(DELAY_PARTS.map((part) => [part, 0])) as PartTimes;

function explanation(
  relay: string,
  direction: DelayWay['direction'],
  peer: string,
  parts: Partial<PartTimes>,
): Explanation {
  const all = { ...NONE, ...parts };
  const quantile = { totalMs: Object.values(all).reduce((sum, ms) => sum + ms, 0), parts: all };
  const way = {
    direction,
    peer,
    sentence: '',
    frames: 1,
    p50: quantile,
    p95: quantile,
    p99: quantile,
    worstMs: 0,
    recovered: { frames: 0, meanMs: 0 },
    keys: { frames: 0, worstMs: 0, parts: NONE },
    seconds: [],
  };
  return { subject: { kind: 'link', name: peer }, relay, ways: [way], links: [], mechanisms: [], advice: [] };
}

function frame(ordinal: number, times: Partial<FrameFigure>): FrameFigure {
  return {
    ordinal,
    track: 'video0',
    kind: 'delta',
    bytes: 1,
    timestamp: 0,
    firstMs: null,
    passedMs: null,
    cameMs: null,
    orderedMs: null,
    writtenMs: null,
    sendings: [],
    ...times,
  };
}

const trace = (relay: string, frames: FrameFigure[], clocks: TraceAnswer['clocks'] = []): TraceAnswer => ({
  relay,
  broadcast: 'default/live/a',
  epoch: 1,
  nowMs: 0,
  clocks,
  leftOut: 0,
  frames,
});

t.test('what came before the receiver is told apart by the sender, whichever is asked first', async (t) => {
  const sent = explanation('edge', 'sent', 'center', { queue: 40, pacing: 30, flight: 90 });
  const came = explanation('center', 'received', 'edge', { before: 50, flight: 90, recovery: 20 });
  for (const joined of [joinWays(sent, came), joinWays(came, sent)]) {
    t.match(joined, {
      sender: 'edge',
      receiver: 'center',
      p95: { totalMs: 160, parts: { before: 0, queue: 40, pacing: 10, flight: 90, recovery: 20 } },
    });
  }
  t.equal(joinWays(sent, sent), undefined, 'two senders');
});

t.test('frames are joined by ordinal, on the clock of the sender', async (t) => {
  const sending = {
    peer: 'center',
    handedMs: 101,
    firstSentMs: 102,
    lastSentMs: 110,
    ackedMs: 300,
    lostBytes: 0,
  };
  const sender = trace(
    'edge',
    [frame(1, { cameMs: 100, sendings: [sending] }), frame(2, { cameMs: 140, sendings: [sending] })],
    [{ peer: 'center', offsetMs: 5_000, rttMs: 180 }],
  );
  const receiver = trace(
    'center',
    [
      frame(1, { firstMs: 5_195, passedMs: 5_200, cameMs: 5_210, orderedMs: 5_211, writtenMs: 5_212 }),
      frame(9, {}),
    ],
    [{ peer: 'edge', offsetMs: -5_001, rttMs: 176 }],
  );
  for (const joined of [joinTraces(sender, receiver), joinTraces(receiver, sender)]) {
    t.match(joined, { sender: 'edge', receiver: 'center', offsetMs: 5_001, withinMs: 88 });
    t.equal(joined?.frames.length, 1, 'the frames that both have');
    t.match(joined?.frames[0]?.receiver, { firstMs: 194, cameMs: 209, writtenMs: 211 });
  }
  const joined = joinTraces(sender, receiver);
  const table = joined === undefined ? '' : describeJoined(joined);
  t.match(table, /^first byte on the way to center +1 +92 ms/m);
  t.match(table, /^from ingest until it is whole at center +1 +109 ms/m);
  t.match(table, /^handed over until the last byte left to center +1 +9\.0 ms/m);
  t.match(table, /^then until it was whole +1 +10 ms/m);
  t.match(describeSteps(sender.frames), /^send queue to center +2 /m);
});

t.test('traces that have nothing in common are not joined', async (t) => {
  const sending = {
    peer: 'center',
    handedMs: 1,
    firstSentMs: null,
    lastSentMs: null,
    ackedMs: null,
    lostBytes: 0,
  };
  const sender = trace('edge', [frame(1, { sendings: [sending] })]);
  t.equal(joinTraces(sender, trace('center', [frame(1, {})])), undefined, 'no probe of either clock');
  t.equal(joinTraces(sender, { ...trace('center', []), epoch: 2 }), undefined, 'another publisher');
  t.equal(joinTraces(trace('edge', []), trace('center', [])), undefined, 'no link between them');
});
