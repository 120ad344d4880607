import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError, exitCodeOf } from '@longhaul/cli';
import { Random, type Teardown, temporaryDirectory } from '@longhaul/testkit';
import t from 'tap';
import { GateError } from '../../src/gate/errors.js';
import { type GateOptions, gate, writeBaseline } from '../../src/gate/gate.js';
import { fileName, writeRun } from '../../src/records/index.js';
import * as Synthetic from '../report/synthetic.js';

const plan = {
  profiles: ['hk-fra', 'sg-jnb'],
  arms: ['tcp-bbr', 'quic-cubic'],
  seeds: [1, 2, 3, 4],
  durationS: 8,
};
const asked = { ...plan, arm: 'quic-cubic', against: 'tcp-bbr', shape: '2.5m-2s', margin: 0.25 };

interface World {
  /** Late frames of each arm, share. */
  readonly late?: Readonly<Record<string, number>>;
  /** Added to every delay of both arms, ms. */
  readonly slow?: number;
  readonly connectMs?: number;
  readonly backend?: string;
  /** The same seed gives the same accidents. */
  readonly luck?: number;
  readonly disturbed?: (key: { seed: number; profile: string }) => boolean;
}

const usual = { 'tcp-bbr': 0.12, 'quic-cubic': 0.08 };

async function results(t: Teardown, world: World = {}): Promise<string> {
  const directory = await temporaryDirectory(t);
  await Synthetic.writeResults(directory, plan, (key) => {
    const random = new Random((world.luck ?? 7) * 1000 + key.seed * 10 + key.arm.length + key.profile.length);
    const late = (world.late ?? usual)[key.arm as keyof typeof usual] ?? 0;
    const delayMs = (at: number) =>
      60 + (world.slow ?? 0) + random.next() * 10 + (at > 0 && random.chance(late) ? 250 : 0);
    const { connectMs, backend } = world;
    const run = {
      ...key,
      delayMs,
      ...(connectMs !== undefined && { connectMs }),
      ...(backend !== undefined && { backend }),
    };
    return world.disturbed?.(key) === true ? [{ ...run, invalid: ['late'] }] : [run];
  });
  return directory;
}

async function withBaseline(t: Teardown) {
  const directory = await temporaryDirectory(t);
  const baseline = join(directory, 'ci.json');
  const lines: string[] = [];
  const options = (dir: string): GateOptions => ({
    baseline,
    directory: dir,
    minutes: 1,
    json: join(directory, 'checks.json'),
    onLine: (line) => lines.push(line),
  });
  await writeBaseline(options(await results(t)), asked);
  return {
    baseline,
    options,
    lines,
    checks: async () => JSON.parse(await readFile(join(directory, 'checks.json'), 'utf8')),
  };
}

t.test('the runs that a baseline was made of pass it', async (t) => {
  const { options, checks } = await withBaseline(t);
  const text = await gate(options(await results(t)));
  t.match(text, /\nok: 18 checks, none worse/);
  t.match(text, /hk-fra +late\(200\) /);
  const { state, checks: all } = await checks();
  t.equal(state, 'ok');
  t.equal(all.length, 18);
});

t.test('a profile that is another link than it was is named, not compared', async (t) => {
  const { options, baseline } = await withBaseline(t);
  const directory = await results(t);
  const file = join(directory, 'plan.json');
  const before = JSON.parse(await readFile(file, 'utf8'));
  const change = async (edit: (link: Record<string, unknown>) => object) => {
    const links = { ...before.links, 'sg-jnb': edit(before.links['sg-jnb']) };
    await writeFile(file, JSON.stringify({ ...before, links }));
  };
  await change((link) => ({ ...link, summary: 'other words', origins: {} }));
  t.match(await gate(options(directory)), /none worse/, 'words are not the link');
  await change((link) => ({ ...link, rttMs: 120 }));
  await t.rejects(gate(options(directory)), {
    code: 'LH_CLI_USAGE',
    message:
      /^the profile sg-jnb has changed since the baseline was made \(100 ms, .* #[0-9a-f]{12}; now 120 ms/,
  });
  const old = JSON.parse(await readFile(baseline, 'utf8'));
  for (const each of Object.values(old.profiles) as { link?: string }[]) delete each.link;
  await writeFile(baseline, JSON.stringify(old));
  t.match(await gate(options(directory)), /none worse/, 'a file that does not tell is of any');
});

t.test('other luck of the same kind passes', async (t) => {
  const { options } = await withBaseline(t);
  for (const luck of [1, 2, 3]) t.match(await gate(options(await results(t, { luck }))), '\nok: ');
});

t.test('a machine that is slower for both arms is no regression', async (t) => {
  const { options } = await withBaseline(t);
  t.match(await gate(options(await results(t, { slow: 15, luck: 2 }))), '\nok: ');
});

t.test('an arm that fell behind the other fails and is named', async (t) => {
  const { options, lines, checks } = await withBaseline(t);
  const worse = await results(t, { late: { 'tcp-bbr': 0.12, 'quic-cubic': 0.16 } });
  await t.rejects(gate(options(worse)), {
    name: 'GateError',
    exitCode: 1,
    message: /regression: .*late\(200\) on hk-fra.*late\(200\) on sg-jnb/,
  });
  t.match(lines.join('\n'), /late\(200\) .* regression/);
  t.equal((await checks()).state, 'regression');
});

t.test('what breaks both arms alike is caught by the limits', async (t) => {
  const { options } = await withBaseline(t);
  const broken = await results(t, { late: { 'tcp-bbr': 0.5, 'quic-cubic': 0.33 } });
  await t.rejects(gate(options(broken)), { exitCode: 1, message: /late\(200\) of quic-cubic on hk-fra/ });
});

t.test('a handshake with one more round trip fails', async (t) => {
  const { options } = await withBaseline(t);
  const slow = await results(t, { connectMs: 200 });
  await t.rejects(gate(options(slow)), {
    exitCode: 1,
    message: 'regression: connect of quic-cubic on hk-fra, connect of quic-cubic on sg-jnb',
  });
});

t.test('single invalid runs are tolerated', async (t) => {
  const { options } = await withBaseline(t);
  const text = await gate(options(await results(t, { disturbed: ({ seed }) => seed === 2 })));
  t.match(text, 'runs: 12 valid, 4 invalid attempts');
});

t.test('a profile without a valid pair fails as not measured', async (t) => {
  const { options } = await withBaseline(t);
  const holed = await results(t, { disturbed: ({ profile }) => profile === 'sg-jnb' });
  await t.rejects(gate(options(holed)), { exitCode: 3, message: /no valid pair of runs on sg-jnb$/ });
});

t.test('nothing valid fails as not measured', async (t) => {
  const { options } = await withBaseline(t);
  const none = await results(t, { disturbed: () => true });
  await t.rejects(gate(options(none)), {
    exitCode: 3,
    message: /no valid run of quic-cubic or tcp-bbr: 16 attempts/,
  });
});

t.test('runs of other scenarios in the directory are not judged', async (t) => {
  const { options } = await withBaseline(t);
  const directory = await results(t);
  for (const arm of plan.arms) {
    for (const seed of plan.seeds) {
      // Its file stands before that of `live`, and nothing of it came.
      const made = Synthetic.record({
        profile: 'hk-fra',
        arm,
        seed,
        scenario: 'ffmpeg',
        delayMs: (at) => (arm === 'quic-cubic' && at > 0 ? undefined : 60),
      });
      await writeRun(join(directory, 'runs', fileName(made.run)), made);
    }
  }
  t.match(await gate(options(directory)), 'runs: 16 valid, 0 invalid attempts');
});

t.test('runs of another backend are refused', async (t) => {
  const { options } = await withBaseline(t);
  await t.rejects(gate(options(await results(t, { backend: 'tc' }))), {
    code: 'LH_CLI_USAGE',
    message: /made on backend router, these runs on tc/,
  });
});

t.test('a baseline that breaks a rule is bad input, one line', async (t) => {
  const { options, baseline } = await withBaseline(t);
  const dir = await results(t);
  const good = JSON.parse(await readFile(baseline, 'utf8'));
  const cases: [unknown, RegExp][] = [
    [{ ...good, version: 9 }, /version 9, this program reads 2/],
    [{ ...good, margin: 0 }, /"margin" is no positive number/],
    [{ ...good, arm: 3 }, /"arm" is no string/],
    [{ ...good, plan: { ...good.plan, profiles: [] } }, /"plan.profiles" is no list/],
    [{ ...good, plan: { ...good.plan, profiles: ['nowhere'] } }, /"profiles" lacks nowhere/],
    [{ ...good, plan: { ...good.plan, durationS: 30 } }, /of 30 s of 2.5m-2s, these runs of 8 s/],
    [{ ...good, profiles: { ...good.profiles, 'hk-fra': null } }, /"profiles.hk-fra" is no object/],
    [
      { ...good, profiles: { ...good.profiles, 'hk-fra': { mostLate: 1 } } },
      /"profiles.hk-fra.ratios" lacks "steady.late.owd\+200"/,
    ],
    [
      { ...good, profiles: { ...good.profiles, 'sg-jnb': { mostLate: 1, ratios: { ttffMs: null } } } },
      /"profiles.sg-jnb.ratios/,
    ],
    [
      {
        ...good,
        profiles: {
          ...good.profiles,
          'hk-fra': {
            mostLate: 1,
            ratios: { ...good.profiles['hk-fra'].ratios, ttffMs: { ratio: 1, seeds: {} } },
          },
        },
      },
      /"profiles.hk-fra.ratios.ttffMs" lacks a positive ratio, of all seeds or of one/,
    ],
    [{ ...good, madeAt: undefined }, /"madeAt" is no string/],
    [null, /no object/],
  ];
  for (const [content, message] of cases) {
    await writeFile(baseline, JSON.stringify(content));
    await t.rejects(gate(options(dir)), { code: 'LH_CLI_USAGE', message });
  }
  await writeFile(baseline, '{');
  await t.rejects(gate(options(dir)), { code: 'LH_CLI_USAGE' });
  await t.rejects(gate({ ...options(dir), baseline: join(dir, 'none.json') }), {
    code: 'LH_CLI_USAGE',
    message: /no such file; --write-baseline makes one/,
  });
});

t.test('a baseline is not made of a profile that has no pair', async (t) => {
  const { options } = await withBaseline(t);
  const holed = await results(t, { disturbed: ({ profile }) => profile === 'sg-jnb' });
  await t.rejects(writeBaseline(options(holed), asked), {
    code: 'LH_CLI_USAGE',
    message: /no valid pair .* on sg-jnb/,
  });
});

t.test('a host without namespaces is told apart from a failure', async (t) => {
  const error = Object.assign(new Error('user namespaces are off'), { code: 'LH_NETEM_PRIVILEGE' });
  t.match(GateError.ofRun(error), {
    exitCode: 4,
    message: 'this host allows no emulated links: user namespaces are off',
  });
  const other = new Error('other');
  t.equal(GateError.ofRun(other), other);
});

t.test('1 means a regression and nothing else', async (t) => {
  const end = (error: unknown) => exitCodeOf(GateError.ofFailure(error));
  t.equal(end(new GateError('regression', 'worse')), 1);
  t.equal(end(new CliError('LH_CLI_USAGE', 'no such option')), 2);
  t.equal(end(new CliError('LH_CLI_FILE', 'torn')), 2);
  t.equal(end(Object.assign(new Error('a program is missing'), { code: 'LH_NETEM_PROGRAM' })), 3);
  t.equal(end(new TypeError('ours')), 3);
  t.match(GateError.ofFailure(new TypeError('ours')), { message: 'not measured: ours' });
});
