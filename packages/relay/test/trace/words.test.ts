import { DELAY_PARTS, type PartTimes } from '@longhaul/core';
import t from 'tap';
import type { DelayWay, LinkMinuteFigure } from '../../src/trace/figures.js';
import { advice, busy, mechanisms, skips } from '../../src/trace/mechanisms.js';
import * as Words from '../../src/trace/words.js';

const CALM = { count: 0, worstMs: 0 };

function parts(times: Partial<PartTimes>): PartTimes {
  return Object.fromEntries(DELAY_PARTS.map((part) => [part, times[part] ?? 0])) as PartTimes;
}

function way(
  direction: DelayWay['direction'],
  times: Partial<PartTimes>,
  more: Partial<DelayWay> = {},
): DelayWay {
  const each = parts(times);
  const quantile = { totalMs: Object.values(each).reduce((sum, ms) => sum + ms, 0), parts: each };
  return {
    direction,
    peer: 'center',
    sentence: '',
    frames: 1_000,
    p50: { totalMs: 100, parts: parts({ flight: 100 }) },
    p95: quantile,
    p99: quantile,
    worstMs: quantile.totalMs,
    recovered: { frames: 30, meanMs: 180 },
    keys: { frames: 0, worstMs: 0, parts: parts({}) },
    seconds: [],
    ...more,
  };
}

function link(more: Partial<LinkMinuteFigure> = {}): LinkMinuteFigure {
  return {
    peer: 'center',
    spanMs: 60_000,
    rttMs: 190,
    minRttMs: 180,
    sentBps: 2_600_000,
    receivedBps: 20_000,
    packetsSent: 10_000,
    packetsLost: 180,
    lossBurst: 3.2,
    dropped: {},
    algorithm: 'bbr-live',
    algorithmSwitches: 0,
    openings: 0,
    ...more,
  };
}

t.test('a sentence has the parts of p95, the largest first, with what is known of the losses', async (t) => {
  const sent = way('sent', { flight: 90, recovery: 71, pacing: 30, queue: 0.2 });
  t.equal(
    Words.sentence(sent, link()),
    '1000 frames to center: p95 of 191 ms (p50 100 ms): 90 ms flight (47 %), 71 ms waiting for lost packets ' +
      '(37 %; 3.0 % of the frames waited; 1.8 % of the packets lost, 3.2 in a row), ' +
      '30 ms pacing and window of the transport (16 %).',
  );
  t.match(
    Words.sentence(way('received', { before: 1_400 }), undefined),
    /from center.* 1\.4 s before its first byte/,
  );
  t.match(
    Words.sentence(way('published', { before: 4 }), undefined),
    /4\.0 ms unevenness of the publisher \(100 %\)/,
  );
  t.match(Words.sentence(way('published', {}), undefined), /nothing that could be measured/);
});

t.test('what happened is told where there is something to tell', async (t) => {
  t.strictSame(mechanisms(link({ packetsLost: 0 })), [
    'center: round trip 190 ms (least 180 ms), 2.60 Mbit/s out, 20 kbit/s in',
  ]);
  const busy = link({
    deliveryRateBps: 3e6,
    appLimited: true,
    repeatedBytes: 45_000,
    dropped: { 'delta (expired)': 12, 'key (skipped)': 1 },
    repairSymbolsSent: 77,
    repairSymbolsRefused: 3,
    datagramBytes: 92_400,
    repairSymbolsReceived: 50,
    repairedBytes: 1_500_000,
    algorithmSwitches: 1,
    openings: 2,
  });
  t.strictSame(mechanisms(busy).slice(1), [
    'center: 180 of 10000 packets lost (1.8 %, 3.2 in a row); 45.0 kB sent again',
    'center: frames that did not cross: 12 delta (expired), 1 key (skipped)',
    'center: 77 repair symbols sent (92.4 kB), 3 refused for want of budget or room',
    'center: 50 repair symbols came and filled in 1.50 MB',
    'center: congestion control changed once, now bbr-live',
    'center: the link was opened 2 times',
  ]);
  t.match(mechanisms(busy)[0], /the path delivers at least 3\.00 Mbit\/s/);
});

t.test('how a link began, and what viewers skipped, is told', async (t) => {
  const opened = (more: NonNullable<LinkMinuteFigure['opening']>, openings = 1) =>
    mechanisms(link({ packetsLost: 0, openings, opening: more })).slice(1);
  t.strictSame(opened({ connectMs: 191.2, earlyData: 'accepted', rememberedBps: 45e6 }), [
    'center: the link was opened once in 191 ms',
    'center: 0-RTT: what is said first crossed with the first packet, a round trip sooner',
    'center: path memory: it knew the 45.00 Mbit/s of the link before it',
  ]);
  t.strictSame(opened({ connectMs: 8, earlyData: 'rejected' }, 3), [
    'center: the link was opened 3 times, the last time in 8.0 ms',
    'center: 0-RTT was refused, and what was sent early was sent again',
  ]);
  t.strictSame(mechanisms(link({ packetsLost: 0, warmUpBytes: 135_744 })).slice(1), [
    'center: the link was warmed up with 135.7 kB of padding, before anybody had asked for anything',
  ]);
  t.strictSame(opened({ connectMs: 8, earlyData: 'accepted' }, 0), [], 'not when that was long ago');
  t.strictSame(skips(undefined), []);
  t.strictSame(skips({ now: 3, skips: 0 }), []);
  t.strictSame(skips({ now: 3, skips: 1 }), ['viewers: too far behind, and skipped ahead, once']);
  t.strictSame(skips({ now: 0, skips: 4 }), ['viewers: too far behind, and skipped ahead, 4 times']);
});

t.test('advice is given where the figures bear it out, and only there', async (t) => {
  const none: [DelayWay, LinkMinuteFigure][] = [
    [way('sent', { flight: 90, queue: 10 }), link()],
    [way('received', { flight: 90, recovery: 60 }), link({ rttMs: 200 })],
    [way('published', { before: 12 }), link({ minRttMs: 1, rttMs: 3 })],
    [way('received', { recovery: 90 }), link({ repairSymbolsReceived: 9 })],
    [way('sent', { recovery: 90 }), link({ repairs: true, repairSymbolsSent: 100, repairSymbolsRefused: 9 })],
  ];
  for (const [each, at] of none) t.strictSame(advice([each], [at], CALM), []);
  const cases: [DelayWay, Partial<LinkMinuteFigure>, RegExp][] = [
    [
      way('sent', { flight: 90, queue: 200 }),
      { appLimited: false, deliveryRateBps: 2e6 },
      /^The link is full: it carries 2\.00 Mbit\/s, 2\.60 Mbit\/s are sent/,
    ],
    [way('sent', { queue: 200 }), {}, /^Frames wait for the link at times, 2\.60/],
    [
      way('sent', {}),
      { rttMs: 400, algorithm: 'cubic' },
      /^A queue of 220 ms stands .*cubic fills it: try "longhaul cc set center --algorithm bbr-live"/,
    ],
    [way('sent', {}), { rttMs: 400 }, /^A queue of 220 ms .*--knob max_rate=BPS/],
    [
      way(
        'received',
        { flight: 90, transfer: 40 },
        { keys: { frames: 9, worstMs: 0, parts: parts({ transfer: 120 }) } },
      ),
      {},
      /^Key frames take 120 ms to cross/,
    ],
    [way('received', { before: 100 }), {}, /at center is known there, join both with --with/],
    [way('published', { before: 100 }), {}, /^The publisher sends unevenly/],
    [way('received', { recovery: 90 }), { repairSymbolsReceived: 0 }, /^No repair symbol came from center/],
    [way('sent', { recovery: 90 }), { repairs: false }, /^center does not understand repair symbols/],
    [
      way('sent', { recovery: 90 }),
      { repairs: true, repairSymbolsSent: 0, repairSymbolsRefused: 0 },
      /link\.repair\.maxShare above 0/,
    ],
    [
      way('sent', { recovery: 90 }),
      { repairs: true, repairSymbolsSent: 100, repairSymbolsRefused: 90 },
      /^90 repair symbols were wanted and not sent: raise link\.repair\.maxShare/,
    ],
    [way('received', { merge: 50 }), {}, /viewers\.mergeHoldMs/],
    [way('received', { egress: 50 }), {}, /egress\.tickMaxMs/],
  ];
  for (const [each, at, says] of cases) {
    const said = advice([each, each], [link(at)], CALM);
    t.equal(said.length, 1, `once: ${said.join(' ')}`);
    t.match(said[0], says);
  }
  t.strictSame(advice([way('sent', { queue: 200 })], [], CALM), [], 'nothing is known of the link');
  const small = { keys: { frames: 9, worstMs: 0, parts: parts({ transfer: 20 }) } };
  t.strictSame(
    advice([way('received', { transfer: 40 }, small)], [link()], CALM),
    [],
    'other frames take as long',
  );
});

t.test(
  'a process that could not run is said first, and no advice is built on what it measured',
  async (t) => {
    t.strictSame(busy({ count: 3, worstMs: 40 }), []);
    t.match(busy({ count: 1, worstMs: 90 }), [/kept from running once, for 90 ms at worst/]);
    const late = [way('published', { before: 500 }), way('sent', { queue: 500 })];
    const said = advice(late, [link()], { count: 9, worstMs: 700 });
    t.equal(said.length, 1);
    t.match(said[0], /^This relay was kept from running for up to 700 ms/);
  },
);

t.test('a path is not judged by acknowledgements', async (t) => {
  t.notMatch(mechanisms(link({ sentBps: 9_000, deliveryRateBps: 30_000 }))[0], /delivers/);
  t.equal(
    mechanisms(link({ spanMs: 0 }))[0],
    'center: round trip 190 ms (least 180 ms)',
    'one look has no rate',
  );
});

t.test('numbers as people read them', async (t) => {
  t.strictSame([0.04, 9.94, 12.4, 1_450].map(Words.time), ['0.0 ms', '9.9 ms', '12 ms', '1.4 s']);
  t.strictSame([Words.share(1, 3), Words.share(1, 50), Words.share(1, 0)], ['33 %', '2.0 %', '0.0 %']);
  t.strictSame([Words.rate(20_400), Words.rate(2.5e6)], ['20 kbit/s', '2.50 Mbit/s']);
});
