import t from 'tap';
import { auditLink, type LinkAudit } from '../../src/audit/audit.js';
import type { DirectionReport, RouterReport } from '../../src/audit/report.js';
import type { Path } from '../../src/index.js';
import { plainProfile } from '../fixture/links.js';

const SECONDS = 10;

/** A direction that did what it should: 8 Mbit/s through a queue that was never empty. */
function goodDirection(change: Partial<DirectionReport> = {}): DirectionReport {
  const samples = Array.from({ length: SECONDS * 50 + 1 }, (_, index) => index * 20);
  return {
    pushed: 10_000,
    pushedBytes: 10_000_000,
    delivered: 10_000,
    deliveredBytes: 10_000_000,
    drops: { blackhole: 0, policer: 0, loss: 0, queue: 0 },
    reordered: 0,
    duplicated: 0,
    queuePeakBytes: 50_000,
    ignored: 0,
    socketDrops: 0,
    sendErrors: 0,
    lossRuns: 0,
    slots: 9_000,
    lostSlots: 0,
    chain: null,
    lateness: { packets: 10_000, p50Ns: 40_000, p99Ns: 200_000, p999Ns: 900_000, maxNs: 3_000_000 },
    series: {
      timeNs: samples.map((ms) => ms * 1e6),
      queueBytes: samples.map(() => 50_000),
      deliveredBytes: samples.map((ms) => Math.max(0, ms - 10) * 1_000),
    },
    ...change,
  };
}

function audit(input: {
  readonly path?: Partial<Path>;
  readonly forward?: Partial<DirectionReport>;
  readonly report?: Partial<RouterReport>;
  readonly pingMs?: number;
}): LinkAudit {
  const path = { bottleneck: { kind: 'rate', bps: 8e6 }, ...input.path } as const;
  const report: RouterReport = {
    elapsedNs: SECONDS * 1e9,
    deviceDrops: 0,
    forward: goodDirection(input.forward),
    ...input.report,
  };
  const minMs = input.pingMs ?? 20.1;
  const ping = { sent: 10, received: 10, minMs, meanMs: minMs, maxMs: minMs };
  return auditLink({
    profile: plainProfile({ forward: path }),
    report,
    ready: { realTime: { state: 'fifo' } },
    ping,
  });
}

function reasons(judged: LinkAudit): string[] {
  return judged.verdict.state === 'invalid' ? judged.verdict.reasons : [];
}

t.test('a link that did what its profile says is valid', async (t) => {
  const judged = audit({});
  t.same(judged.verdict, { state: 'valid' });
  t.match(judged, { backend: 'router', durationMs: 10_000, hostDrops: { socket: 0, send: 0, device: 0 } });
  t.match(judged.forward?.rate, { busySeconds: 9 });
});

const gilbert = { kind: 'gilbert', mode: 'packet', share: 0.05, burst: 3 } as const;

/** One thing wrong at a time, and the sentence that says so. */
const DISTURBANCES: {
  readonly name: string;
  readonly input: Parameters<typeof audit>[0];
  readonly reason: RegExp;
}[] = [
  {
    name: 'one packet in a hundred over a millisecond late',
    input: {
      forward: { lateness: { packets: 10_000, p50Ns: 1, p99Ns: 1_100_000, p999Ns: 2e6, maxNs: 3e6 } },
    },
    reason: /forward: 1 % of packets were later than 1\.10 ms \(limit 1\.00 ms\)/,
  },
  {
    name: 'a packet more than 20 ms late',
    input: { forward: { lateness: { packets: 10_000, p50Ns: 1, p99Ns: 1, p999Ns: 2e6, maxNs: 21e6 } } },
    reason: /a packet was 21\.00 ms late/,
  },
  {
    name: 'a full socket',
    input: { forward: { socketDrops: 1 } },
    reason: /the host dropped 1 packets \(socket\)/,
  },
  { name: 'a refused send', input: { forward: { sendErrors: 2 } }, reason: /dropped 2 packets \(send\)/ },
  {
    name: 'a device that drops',
    input: { report: { deviceDrops: 3 } },
    reason: /dropped 3 packets \(device\)/,
  },
  {
    name: 'a slow ping',
    input: { pingMs: 21.2 },
    reason: /ping took 21\.2 ms at least, the profile says 20 ms/,
  },
  { name: 'a ping too fast to be true', input: { pingMs: 12 }, reason: /ping took 12 ms/ },
  {
    name: 'a queue that drains too slowly',
    input: {
      forward: {
        series: {
          ...goodDirection().series,
          deliveredBytes: goodDirection().series.deliveredBytes.map((bytes) => bytes * 0.97),
        },
      },
    },
    reason: /forward: a full queue drained at 97\.0 % of the configured rate/,
  },
  {
    name: 'more than the rate',
    input: {
      forward: {
        series: {
          ...goodDirection().series,
          queueBytes: goodDirection().series.queueBytes.map(() => 0),
          deliveredBytes: goodDirection().series.deliveredBytes.map((bytes) => bytes * 1.05),
        },
      },
    },
    reason: /of the configured rate passed in one second/,
  },
  {
    name: 'loss far from the configured one',
    input: {
      path: { loss: gilbert },
      forward: { drops: { blackhole: 0, policer: 0, loss: 1_500, queue: 0 }, lossRuns: 500 },
    },
    reason: /forward: share of lossy packets met is 0\.15, outside/,
  },
  {
    name: 'bursts far from the configured ones',
    input: {
      path: { loss: gilbert },
      forward: {
        drops: { blackhole: 0, policer: 0, loss: 500, queue: 0 },
        lossRuns: 70,
        chain: { slots: 10_000, badSlots: 500, bursts: 70 },
      },
    },
    reason: /forward: mean burst of the seed is 7\.14, outside/,
  },
  {
    name: 'a list not kept',
    input: {
      path: { loss: { kind: 'list', positions: [1, 2] } },
      forward: { drops: { blackhole: 0, policer: 0, loss: 1, queue: 0 } },
    },
    reason: /share of lossy packets met is 0\.0001, outside 0\.0002 to 0\.0002/,
  },
];

for (const { name, input, reason } of DISTURBANCES) {
  t.test(`invalid: ${name}`, async (t) => {
    const found = reasons(audit(input));
    t.equal(found.length, 1, found.join('; '));
    t.match(found[0], reason);
  });
}

t.test('loss within its band is valid, in packets or in milliseconds', async (t) => {
  const drops = { blackhole: 0, policer: 0, loss: 520, queue: 0 };
  const byPacket = audit({ path: { loss: gilbert }, forward: { drops, lossRuns: 170 } });
  t.same(byPacket.verdict, { state: 'valid' });
  t.match(byPacket.forward?.loss, { configuredShare: 0.05, realisedShare: 0.052, unit: 'packets' });
  const byTime = audit({
    path: { loss: { ...gilbert, mode: 'time' } },
    forward: { drops, lossRuns: 170, lostSlots: 470, chain: { slots: 10_000, badSlots: 480, bursts: 160 } },
  });
  t.same(byTime.verdict, { state: 'valid' });
  t.equal(byTime.forward?.loss.unit, 'ms');
});

t.test('the limit of lateness grows with the path', async (t) => {
  const path = { oneWayMs: 100 };
  const forward = { lateness: { packets: 10_000, p50Ns: 1, p99Ns: 1_900_000, p999Ns: 2e6, maxNs: 3e6 } };
  t.same(audit({ path, forward }).verdict, { state: 'valid' });
});

t.test('a handful of packets is judged by the latest alone', async (t) => {
  const forward = { lateness: { packets: 20, p50Ns: 1, p99Ns: 5e6, p999Ns: 5e6, maxNs: 5e6 } };
  t.same(audit({ forward }).verdict, { state: 'valid' });
});

t.test('before time zero there is nothing to judge', async (t) => {
  const judged = auditLink({
    profile: plainProfile(),
    report: { elapsedNs: 0, deviceDrops: 0 },
    ready: {},
    ping: undefined,
  });
  t.match(judged, { durationMs: 0, verdict: { state: 'valid' } });
  t.equal(judged.forward, undefined);
});
