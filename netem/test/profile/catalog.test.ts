import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { listProfiles, loadProfile, profileNames } from '../../src/profile/catalog.js';

t.test('every profile of the package resolves, with an origin for each value', async (t) => {
  const profiles = listProfiles();
  t.ok(profiles.length >= 18, `${profiles.length} profiles`);
  for (const profile of profiles) {
    t.ok(profile.summary.length > 10, profile.name);
    for (const field of [
      'rttMs',
      'jitterSigmaMs',
      'forward.queue',
      'forward.loss',
      'reverse.queue',
      'reverse.loss',
    ])
      t.ok(profile.origins[field], `${profile.name}: ${field}`);
    t.ok(profile.origins['forward.rateMbps'] ?? profile.origins['forward.trace'], profile.name);
    t.equal(profile.forward.oneWayMs + profile.reverse.oneWayMs, profile.rttMs, profile.name);
  }
});

t.test('the twelve routes of the method and their variants are there', async (t) => {
  const routes =
    'sg-kl-edge hk-sg-core sg-jkt-mobile hk-sv hk-fra fra-dxb sg-in-mobile fra-mow sg-jnb hk-gru us-cn-peak lte-drive';
  const variants =
    'hk-fra-detour sg-in-mobile-policer sg-jnb-long hk-gru-asymmetric us-cn-5 us-cn-5-iid us-cn-offpeak lte-drive-bloat';
  t.same(new Set(profileNames()), new Set(`${routes} ${variants}`.split(' ')));
  const extended = listProfiles().filter(({ variantOf }) => variantOf !== undefined);
  t.same(new Set(extended.map(({ name }) => name)), new Set(variants.split(' ')));
});

t.test('units: rates in bit/s, queues in bytes of the product of rate and round trip', async (t) => {
  const { forward, reverse, rttMs } = loadProfile('sg-jnb');
  t.equal(rttMs, 200);
  t.match(forward, { oneWayMs: 100, bottleneck: { kind: 'rate', bps: 20e6 }, queueBytes: 250_000 });
  t.match(reverse, { oneWayMs: 100, bottleneck: { kind: 'rate', bps: 10e6 }, queueBytes: 125_000 });
  t.match(forward.loss, { kind: 'gilbert', mode: 'time', share: 0.01, burst: 4 });
  t.match(reverse.loss, { kind: 'gilbert', share: 0.002 });
});

t.test('jitter of the round trip is shared by two independent ways', async (t) => {
  const { forward, reverse } = loadProfile('hk-fra');
  t.ok(Math.abs(Math.hypot(forward.jitterSigmaMs, reverse.jitterSigmaMs) - 4) < 1e-9);
});

t.test('a variant takes what it does not say from the profile it extends', async (t) => {
  const detour = loadProfile('hk-fra-detour');
  const plain = loadProfile('hk-fra');
  t.equal(detour.variantOf, 'hk-fra');
  t.same(detour.forward.loss, plain.forward.loss);
  t.same(detour.forward.steps, [
    { atMs: 18_500, kind: 'blackhole', lengthMs: 1_500 },
    { atMs: 20_000, kind: 'oneWay', oneWayMs: 122 },
  ]);
  t.same(loadProfile('sg-in-mobile-policer').forward.policer, { rateBps: 5e6, burstBytes: 65_536 });
  const asymmetric = loadProfile('hk-gru-asymmetric');
  t.equal(asymmetric.forward.oneWayMs, 192);
  t.equal(asymmetric.reverse.oneWayMs, 128);
});

t.test('an unknown profile is one line with the nearest name', async (t) => {
  t.throws(() => loadProfile('hk-frra'), {
    code: 'LH_NETEM_PROFILE',
    message: 'no profile named "hk-frra", did you mean hk-fra?',
  });
  t.throws(() => loadProfile('mars'), { message: 'no profile named "mars", see: longhaul netem list' });
});

t.test('a file of one’s own may extend a profile of the package', async (t) => {
  const file = write('extends: hk-sv\nsummary: "ours"\nrttMs: { value: 80, source: "our own pings" }\n');
  const profile = loadProfile(file);
  t.match(profile, { name: 'mine', variantOf: 'hk-sv', rttMs: 80 });
  t.equal(profile.forward.queueBytes, 500_000, 'the queue follows the new round trip');
});

t.test('a trace may be read from a file beside the profile', async (t) => {
  const good = PLAIN.replace('rateMbps: { value: 10', 'trace: { file: "drive.trace"').replace(
    'ms: 100',
    'packets: 10',
  );
  const file = write(good);
  writeFileSync(join(file, '..', 'drive.trace'), '1\n1\n5\n');
  t.same(loadProfile(file).forward.bottleneck, { kind: 'trace', name: 'drive.trace', ms: [1, 1, 5] });
  writeFileSync(join(file, '..', 'drive.trace'), '1\n5\n2\n');
  t.throws(() => loadProfile(file), {
    message: /mine\.yaml:5: forward\.trace\.file: .*drive\.trace:3: a trace is/,
  });
});

const PLAIN = `summary: "a link"
rttMs: { value: 20, derived: "for a test" }
jitterSigmaMs: { value: 0, derived: "for a test" }
forward:
  rateMbps: { value: 10, derived: "for a test" }
  queue: { ms: 100, derived: "for a test" }
reverse:
  rateMbps: { value: 10, derived: "for a test" }
  queue: { bytes: 15000, derived: "for a test" }
`;

t.test('a breach is told with file, line and rule', async (t) => {
  t.match(loadProfile(write(PLAIN)), { forward: { loss: { kind: 'none' } } }, 'the plain one is sound');
  for (const {
    change: [from, to],
    message,
  } of BREACHES) {
    const text = PLAIN.replace(from, to);
    t.not(text, PLAIN, from);
    t.throws(() => loadProfile(write(text)), { code: 'LH_NETEM_PROFILE', message }, to);
  }
});

t.test('a file that is made to exhaust its reader is one line', async (t) => {
  const letters = [...'abcdefgh'];
  const bomb = letters.map((letter, at) => {
    const items = Array.from({ length: 9 }, () => (at === 0 ? 'x' : `*${letters[at - 1]}`));
    return `${letter}: &${letter} [${items.join(',')}]\n`;
  });
  for (const [text, message] of [
    [bomb.join(''), 'mine.yaml:1: too many aliases'],
    ['['.repeat(20_000), 'mine.yaml:1: nested too deep'],
    [PLAIN.replace('a link', 'x'.repeat(900_000)), 'must NOT have more than 1000 characters, got "xxx'],
    [`# ${'x'.repeat(2 << 20)}`, 'more than 1048576'],
    [PLAIN.replace('a link', 'a \\e[2J'), 'mine.yaml:1: summary: must match pattern'],
  ] as const) {
    const error = t.throws(() => loadProfile(write(text)), { code: 'LH_NETEM_PROFILE' }) as Error;
    t.ok(error.message.includes(message), error.message.slice(0, 200));
    t.ok(error.message.length < 400 && !error.message.includes('\n'), 'and a short one');
  }
});

t.test('what is no regular file is not waited for', async (t) => {
  const file = write(
    PLAIN.replace('rateMbps: { value: 10', 'trace: { file: "/dev/zero"').replace('ms: 100', 'packets: 9'),
  );
  t.throws(() => loadProfile(file), {
    message: /mine\.yaml:5: .* cannot read \/dev\/zero: it is no regular file/,
  });
  const pipe = join(file, '..', 'pipe.yaml');
  execFileSync('mkfifo', [pipe]);
  t.throws(() => loadProfile(pipe), { code: 'LH_NETEM_PROFILE', message: /cannot read .*no regular file/ });
});

const BREACHES: { change: [string, string]; message: RegExp }[] = [
  {
    change: ['rateMbps: { value: 10', 'rateMpbs: { value: 10'],
    message: /mine\.yaml:5: forward\.rateMpbs: no such field, did you mean rateMbps\?/,
  },
  { change: ['value: 20', 'value: -1'], message: /mine\.yaml:2: rttMs\.value: must be >= 0, got -1/ },
  {
    change: ['value: 20', 'value: fast'],
    message: /mine\.yaml:2: rttMs\.value: must be a number, got "fast"/,
  },
  {
    change: [', derived: "for a test" }\njitter', ' }\njitter'],
    message: /mine\.yaml:2: rttMs: a value needs its origin: source: or derived:/,
  },
  { change: ['ms: 100', 'ms: 100, bdp: 1'], message: /mine\.yaml:6: forward\.queue: a queue needs one of/ },
  {
    change: ['ms: 100', 'bytes: 100'],
    message: /mine\.yaml:6: forward\.queue\.bytes: must be >= 1500, got 100/,
  },
  {
    change: ['jitterSigmaMs: { value: 0, derived: "for a test" }\n', ''],
    message: /mine\.yaml:1: jitterSigmaMs: is missing/,
  },
  {
    change: ['  queue: { bytes: 15000, derived: "for a test" }\n', ''],
    message: /mine\.yaml:7: reverse: queue: is missing/,
  },
  {
    change: ['reverse:\n', 'reverse:\n  loss: { percent: 100, burst: 2, derived: "all" }\n'],
    message: /mine\.yaml:8: reverse\.loss\.percent: must be < 100, got 100/,
  },
  {
    change: ['reverse:\n', 'reverse:\n  loss: { percent: 90, burst: 1, derived: "all" }\n'],
    message: /mine\.yaml:8: reverse\.loss\.percent: bursts of 1 cannot lose more than 50\.0 %, got 90/,
  },
  {
    change: ['reverse:\n', 'reverse:\n  loss: { percent: 1, derived: "no burst" }\n'],
    message: /mine\.yaml:8: reverse\.loss: loss needs percent: and burst:, or positions:/,
  },
  { change: ['summary: "a link"', 'summary: "a link'], message: /mine\.yaml:\d+: Missing closing "quote/ },
  {
    change: ['summary: "a link"', 'extends: hk-fa\nsummary: "a link"'],
    message: /mine\.yaml:1: extends: no profile named "hk-fa", did you mean hk-fra\?/,
  },
  {
    change: [
      'reverse:\n',
      'steps:\n  - { atS: 2, rttMs: 5, derived: "abc" }\n  - { atS: 1, rttMs: 5, derived: "abc" }\nreverse:\n',
    ],
    message: /mine\.yaml:9: steps\.1: steps must be in order of time/,
  },
  {
    change: ['reverse:\n', 'steps:\n  - { atS: 2, rateMbps: 5, derived: "abc" }\nreverse:\n'],
    message: /mine\.yaml:8: steps\.0: a step needs atS: and one of/,
  },
  {
    change: [
      'rateMbps: { value: 10, derived: "for a test" }\n  queue: { ms',
      'trace: { made: lte-drive, seed: 1, derived: "abc" }\n  queue: { ms',
    ],
    message: /mine\.yaml:6: forward\.queue: with a trace a queue is in packets: or bytes:/,
  },
  {
    change: ['rateMbps: { value: 10, derived: "for a test" }\n  queue: { ms', 'queue: { ms'],
    message: /mine\.yaml:4: forward: needs rateMbps: or trace:, one of them/,
  },
];

function write(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'longhaul-netem-')), 'mine.yaml');
  writeFileSync(file, text);
  return file;
}
