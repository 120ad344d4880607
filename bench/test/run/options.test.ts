import t from 'tap';
import { defaultJobs, parseResume, parseRun, type RunArguments } from '../../src/run/options.js';

const PROFILES = {
  base: ['hk-fra', 'hk-sg-core', 'sg-jnb', 'us-cn-peak'],
  all: ['hk-fra', 'hk-fra-detour', 'hk-sg-core', 'sg-jnb', 'us-cn-peak'],
};
const NOW = new Date('2026-08-01T14:30:05Z');
const parse = (given: RunArguments) => parseRun(given, { profiles: PROFILES, now: NOW, cpus: 4 });

t.test('without options: every profile, the core arms, five seeds of 30 s', async (t) => {
  const options = parse({});
  t.same(options.profiles, PROFILES.base);
  t.same(options.arms, [
    'tcp-cubic',
    'tcp-bbr',
    'tcp-bbr-64k',
    'h2',
    'quic-tunnel-bbr-live',
    'quic-bbr-live',
  ]);
  t.same(options.seeds, [1, 2, 3, 4, 5]);
  t.equal(options.durationS, 30);
  t.equal(options.out, 'longhaul-bench-20260801-143005');
});

t.test('--quick ends within ten minutes', async (t) => {
  const { profiles, arms, seeds, durationS } = parse({ quick: true });
  // Lead, warm-up, guard, start and end of the processes.
  const eachS = durationS + 13;
  t.ok(profiles.length * arms.length * seeds.length * eachS < 600, `${eachS} s a run`);
});

t.test('names keep the order of the table and may be variants', async (t) => {
  t.same(parse({ profiles: 'sg-jnb, hk-fra-detour' }).profiles, ['hk-fra-detour', 'sg-jnb']);
  t.same(parse({ arms: 'quic-cubic,tcp-bbr,quic-cubic' }).arms, ['tcp-bbr', 'quic-cubic']);
  t.same(parse({ seeds: 2, firstSeed: 10 }).seeds, [10, 11]);
});

t.test('the name of a set stands for its arms', async (t) => {
  t.equal(parse({}).armsNamed, false);
  t.equal(parse({ arms: 'core' }).armsNamed, true);
  t.same(parse({ arms: 'core' }).arms, parse({}).arms);
  t.same(parse({ arms: ' ablation,tcp-bbr' }).arms, ['tcp-bbr', ...parse({ arms: 'ablation' }).arms]);
});

t.test('a run at a time for each processor, eight at most', async (t) => {
  t.same([0, 1, 2, 4, 8, 64].map(defaultJobs), [1, 1, 2, 4, 8, 8]);
  t.equal(parse({}).jobs, 4);
  t.equal(parse({ jobs: 8 }).jobs, 8);
});

t.test('the priority is raised unless that is turned off', async (t) => {
  t.equal(parse({}).raisePriority, true);
  t.equal(parse({ nice: true }).raisePriority, false);
});

t.test('a benchmark goes on with other jobs and priority where they are named', async (t) => {
  t.same(parseResume({}), {});
  t.same(parseResume({ jobs: 3, nice: true }), { jobs: 3, raisePriority: false });
  t.throws(() => parseResume({ jobs: 0 }), { code: 'LH_CLI_USAGE', message: /--jobs 0/ });
});

const WRONG: { given: RunArguments; says: RegExp }[] = [
  { given: { profiles: 'hk-fr' }, says: /no "hk-fr"; did you mean "hk-fra"/ },
  { given: { profiles: 'mars' }, says: /no "mars" \(longhaul bench list/ },
  { given: { profiles: ' , ' }, says: /write one name/ },
  { given: { arms: 'quic-cubik' }, says: /did you mean "quic-cubic"/ },
  { given: { scenarios: 'dead' }, says: /--scenarios: there is no "dead"/ },
  { given: { shape: '3m' }, says: /--shape: there is no "3m"/ },
  { given: { seeds: 0 }, says: /--seeds 0: write a whole number from 1/ },
  { given: { seeds: 1.5 }, says: /--seeds 1.5/ },
  { given: { duration: Number.NaN }, says: /--duration NaN/ },
  { given: { duration: 1 }, says: /--duration 1: write a whole number from 2/ },
  { given: { jobs: 9 }, says: /--jobs 9: write a whole number from 1 to 8/ },
  { given: { arms: 'ablations' }, says: /no "ablations"/ },
  { given: { attempts: 0 }, says: /--attempts 0/ },
  { given: { firstSeed: -1 }, says: /--first-seed -1/ },
];

t.test('what cannot be is refused with the value and the rule', async (t) => {
  for (const { given, says } of WRONG) {
    t.throws(() => parse(given), { code: 'LH_CLI_USAGE', message: says }, JSON.stringify(given));
  }
});
