import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type EmulatedLink, probeHost } from '../../src/index.js';
import { routerBinary } from '../../src/link/binary.js';
import { parsePing } from '../../src/link/ping.js';
import { hasProgram } from '../../src/link/programs.js';
import { routerConfig } from '../../src/link/router-config.js';
import {
  type IperfResult,
  iperf,
  linesOf,
  noLinks,
  onLink,
  plainProfile,
  sendDatagrams,
} from '../fixture/links.js';

t.setTimeout(480_000);

const options = { skip: noLinks ?? false };
const without = (program: string) => ({
  skip: noLinks ?? (hasProgram(program) ? false : `missing program: ${program}`),
});

const within = (what: string, value: number, low: number, high: number): string[] =>
  value >= low && value <= high ? [] : [`${what} is ${value}, expected ${low} to ${high}`];

async function pingFaults(link: EmulatedLink, address: string, expectedMs: number): Promise<string[]> {
  await link.start();
  const seen = parsePing(await link.sender.run('ping', ['-n', '-q', '-c', '25', '-i', '0.02', address]));
  if (seen === undefined) return ['ping got no answer'];
  return [
    ...within('answers', seen.received, 25, 25),
    // The least of 25: what the machine adds now and then is not the link's.
    ...within('least round trip, ms', seen.minMs, expectedMs - 0.1, expectedMs + 1),
  ];
}

t.test(
  'the round trip that ping sees is the configured one, on both protocols',
  without('ping'),
  async (t) => {
    for (const rttMs of [2, 40, 190]) {
      await onLink(t, { profile: plainProfile({ rttMs }), seed: 1 }, async (link) => [
        ...(await pingFaults(link, link.receiver.address, rttMs)),
        ...(await pingFaults(link, link.receiver.address6, rttMs)),
      ]);
    }
  },
);

t.test('time zero is the moment that was named', options, async (t) => {
  await onLink(t, { profile: plainProfile({ rttMs: 2 }), seed: 1 }, async (link) => {
    const atUs = process.hrtime.bigint() / 1000n + 50_000n;
    const { startUs } = await link.start({ atUs });
    const { durationMs } = await link.audit();
    const passedMs = Number(process.hrtime.bigint() / 1000n - atUs) / 1000;
    return [
      ...within('time zero after the moment, us', Number(startUs - atUs), 0, 0),
      ...within('duration of the audit, ms', durationMs, 0, passedMs),
    ];
  });
});

t.test('jitter spreads the round trip around the configured one', without('ping'), async (t) => {
  const jitter = { jitterSigmaMs: 3 };
  const profile = plainProfile({ rttMs: 60, forward: jitter, reverse: jitter });
  await onLink(t, { profile, seed: 2 }, async (link) => {
    await link.start();
    const seen = parsePing(
      await link.sender.run('ping', ['-n', '-q', '-c', '60', '-i', '0.03', '10.77.0.2']),
    );
    const sigma = 3 * Math.SQRT2;
    return [
      ...within('mean, ms', seen?.meanMs ?? 0, 60 - 1 - sigma / 2, 60 + 1 + sigma / 2),
      ...within('spread, ms', (seen?.maxMs ?? 0) - (seen?.minMs ?? 0), 2 * sigma, 9 * sigma),
    ];
  });
});

t.test('datagrams beyond the rate arrive at the rate', options, async (t) => {
  const bottleneck = { kind: 'rate', bps: 10e6 } as const;
  const profile = plainProfile({ forward: { bottleneck, queueBytes: 60_000 } });
  await onLink(t, { profile, seed: 3 }, async (link) => {
    const seen = await sendDatagrams(link, { count: 4_500, bytes: 1_172, perSecond: 1_500 });
    // 28 bytes of headers a datagram belong to the rate.
    const bps = ((seen.bytes * (1_200 / 1_172)) / seen.elapsedMs) * 8_000;
    const audit = await link.audit();
    return [
      ...within('rate', bps, 9.8e6, 10.2e6),
      ...within('datagrams', seen.numbers.length, 2_000, 4_400),
      ...within(
        'sum of delivered and dropped',
        seen.numbers.length + (audit.forward?.drops.queue ?? 0),
        4_500,
        4_500,
      ),
    ];
  });
});

/** Bits a second of payload, without the first intervals, in which windows open and queues fill. */
function settledBps({ intervals }: IperfResult, from: number): number {
  const settled = intervals.slice(from).map(({ sum }) => sum);
  const total = (pick: (sum: { bytes: number; seconds: number }) => number) =>
    settled.reduce((sofar, sum) => sofar + pick(sum), 0);
  return (total(({ bytes }) => bytes) * 8) / total(({ seconds }) => seconds);
}

t.test('TCP over a clean link fills it, as iperf3 sees it', without('iperf3'), async (t) => {
  const bottleneck = { kind: 'rate', bps: 20e6 } as const;
  const profile = plainProfile({ rttMs: 40, forward: { bottleneck, queueBytes: 200_000 } });
  await onLink(t, { profile, seed: 4 }, async (link) => {
    await link.start();
    const payloadBps = settledBps(await iperf(link, ['-t', '6', '-C', 'cubic']), 2);
    // 1,448 bytes of stream in an IP packet of 1,500.
    return within('rate', (payloadBps * 1_500) / 1_448, 19.6e6, 20.4e6);
  });
});

t.test('UDP beyond the rate is cut to it, as iperf3 sees it', without('iperf3'), async (t) => {
  const bottleneck = { kind: 'rate', bps: 8e6 } as const;
  const profile = plainProfile({ forward: { bottleneck, queueBytes: 50_000 } });
  await onLink(t, { profile, seed: 5 }, async (link) => {
    await link.start();
    const payloadBps = settledBps(await iperf(link, ['-u', '-b', '12M', '-l', '1172', '-t', '4']), 1);
    // 1,172 bytes of payload in an IP packet of 1,200.
    return within('rate', (payloadBps * 1_200) / 1_172, 7.84e6, 8.16e6);
  });
});

const tc = noLinks === undefined ? (await probeHost()).tc : undefined;
const withTc = { skip: noLinks ?? (tc?.state === 'unable' ? tc.reason : false) };

t.test('the tc backend agrees with the router on round trip and rate', withTc, async (t) => {
  const bottleneck = { kind: 'rate', bps: 10e6 } as const;
  const profile = plainProfile({ rttMs: 40, forward: { bottleneck, queueBytes: 60_000 } });
  for (const backend of ['tc', 'router'] as const) {
    await onLink(t, { profile, seed: 3, backend }, async (link) => {
      const faults = await pingFaults(link, link.receiver.address, 40);
      const seen = await sendDatagrams(link, { count: 3_000, bytes: 1_172, perSecond: 1_500 });
      const bps = ((seen.bytes * (1_200 / 1_172)) / seen.elapsedMs) * 8_000;
      // HTB counts Ethernet headers too.
      return [...faults, ...within('rate', bps, 9.6e6, 10.2e6)];
    });
  }
});

/** Runs of numbers missing from 0 to the largest seen. */
function missing(numbers: readonly number[]): { lost: number[]; bursts: number } {
  const seen = new Set(numbers);
  const last = Math.max(...numbers);
  const lost = Array.from({ length: last }, (_, number) => number).filter((number) => !seen.has(number));
  return { lost, bursts: lost.filter((number) => !lost.includes(number - 1)).length };
}

t.test('loss and bursts that a receiver counts are those of the profile', options, async (t) => {
  const loss = { kind: 'gilbert', mode: 'packet', share: 0.05, burst: 3 } as const;
  await onLink(t, { profile: plainProfile({ forward: { loss } }), seed: 6 }, async (link) => {
    const seen = await sendDatagrams(link, { count: 12_000, bytes: 100, perSecond: 3_000 });
    const { lost, bursts } = missing(seen.numbers);
    const audit = await link.audit();
    // Four standard deviations of the mean of this chain over 12,000 packets, and of a burst over some 200.
    return [
      ...within('loss', lost.length / 12_000, 0.05 - 0.018, 0.05 + 0.018),
      ...within('mean burst', lost.length / bursts, 3 - 0.7, 3 + 0.7),
      ...within('counted by the router', audit.forward?.drops.loss ?? -1, lost.length, lost.length + 10),
    ];
  });
});

t.test('the milliseconds of a time-driven chain are those of the seed', options, async (t) => {
  const loss = { kind: 'gilbert', mode: 'time', share: 0.05, burst: 4 } as const;
  await onLink(t, { profile: plainProfile({ forward: { loss } }), seed: 7 }, async (link) => {
    const seen = await sendDatagrams(link, { count: 6_000, bytes: 100, perSecond: 1_500 });
    const { lost } = missing(seen.numbers);
    const audit = await link.audit();
    const chain = audit.forward?.loss.chain?.value ?? 0;
    // Datagrams come at 1.5 a millisecond: what is lost of them is close to the share of bad milliseconds held ready.
    return within('loss against the chain', lost.length / 6_000, chain * 0.6, chain * 1.4);
  });
});

t.test('a list of packets is lost exactly, again after a new start', options, async (t) => {
  const positions = [3, 4, 5, 17, 250];
  const profile = plainProfile({ forward: { loss: { kind: 'list', positions } } });
  await onLink(t, { profile, seed: 8 }, async (link) => {
    const faults: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const { numbers } = await sendDatagrams(link, { count: 400, bytes: 100, perSecond: 2_000 });
      const { lost } = missing(numbers);
      if (lost.join() !== positions.join()) faults.push(`round ${round}: lost ${lost.join()}`);
    }
    return faults;
  });
});

t.test('before start nothing is lost and the base delay holds', options, async (t) => {
  const loss = { kind: 'gilbert', mode: 'packet', share: 0.5, burst: 2 } as const;
  await onLink(t, { profile: plainProfile({ forward: { loss } }), seed: 9 }, async (link) => {
    const { numbers } = await sendDatagrams(
      link,
      { count: 500, bytes: 100, perSecond: 2_000 },
      { start: false },
    );
    return within('datagrams', numbers.length, 500, 500);
  });
});

t.test('a blackhole and a detour come at their time', without('ping'), async (t) => {
  const steps = [
    { atMs: 500, kind: 'blackhole', lengthMs: 500 },
    { atMs: 1_000, kind: 'oneWay', oneWayMs: 40 },
  ] as const;
  await onLink(t, { profile: plainProfile({ forward: { steps } }), seed: 10 }, async (link) => {
    // One every 20 ms for 2 s.
    const ping = link.sender.spawn('ping', ['-n', '-c', '100', '-i', '0.02', '-W', '1', '10.77.0.2']);
    const lines = linesOf(ping);
    let text = '';
    // The head and the first answer: time zero is when the pings have begun, however long their process took to.
    for (let line = 0; line < 2; line += 1) text += `${(await lines.next()).value}\n`;
    await link.start({ atUs: process.hrtime.bigint() / 1000n });
    for await (const line of { [Symbol.asyncIterator]: () => lines }) text += `${line}\n`;
    const times = [...text.matchAll(/icmp_seq=(\d+) .*time=([\d.]+)/g)].map((each) => [
      Number(each[1]),
      Number(each[2]),
    ]);
    const early = times.filter(([sequence = 0]) => sequence < 20).map(([, ms = 0]) => ms);
    const late = times.filter(([sequence = 0]) => sequence > 70).map(([, ms = 0]) => ms);
    return [
      ...within('least round trip before', Math.min(...early), 19.9, 21),
      ...within('least round trip after', Math.min(...late), 49.9, 51),
      ...within('answers', times.length, 60, 85),
    ];
  });
});

t.test('virtual time gives the same verdict for every packet of a real run', options, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'longhaul-netem-'));
  const record = join(directory, 'record.txt');
  const config = join(directory, 'config.json');
  const forward = {
    jitterSigmaMs: 2,
    bottleneck: { kind: 'rate', bps: 10e6 },
    queueBytes: 30_000,
    loss: { kind: 'gilbert', mode: 'time', share: 0.05, burst: 3 },
    policer: { rateBps: 12e6, burstBytes: 20_000 },
    reorder: { share: 0.01, extraMs: 5 },
    duplicateShare: 0.01,
    steps: [
      { atMs: 500, kind: 'rate', bps: 5e6 },
      { atMs: 1_000, kind: 'blackhole', lengthMs: 400 },
    ],
  } as const;
  const profile = plainProfile({ forward });
  writeFileSync(config, JSON.stringify(routerConfig(profile, { seed: 11 })));
  await onLink(t, { profile, seed: 11, record }, async (link) => {
    await sendDatagrams(link, { count: 3_000, bytes: 1_172, perSecond: 1_500 });
    return [];
  });
  const replayed = spawnSync(routerBinary(), ['replay', config, record], { encoding: 'utf8' });
  const result = JSON.parse(replayed.stdout) as { packets: number; dropped: number; different: number };
  t.ok(result.packets >= 3_000, `${result.packets} packets`);
  t.ok(result.dropped > 500, `${result.dropped} dropped`);
  t.equal(result.different, 0);
  const reasons = new Set(
    readFileSync(record, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[3]),
  );
  t.same(reasons, new Set(['ok', 'loss', 'queue', 'policer', 'blackhole']), 'every reason occurs');

  const another = JSON.stringify({ ...routerConfig(profile, { seed: 12 }) });
  writeFileSync(config, another);
  const other = spawnSync(routerBinary(), ['replay', config, record], { encoding: 'utf8' });
  t.ok(
    (JSON.parse(other.stdout) as { different: number }).different > 0,
    'another seed gives other verdicts',
  );
});
