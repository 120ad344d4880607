import fc from 'fast-check';
import t from 'tap';
import * as Bootstrap from '../../src/statistics/bootstrap.js';
import * as Statistics from '../../src/statistics/index.js';

const EXACT = { absolute: 0, relative: 0 };

function blocks(pairs: readonly (readonly [Statistics.Sample, Statistics.Sample])[], profile = 'p') {
  return pairs.map(([a, b], seed) => ({ profile, seed, a, b }));
}

t.test('swapping arms gives the p that Fisher gave for the maize of Darwin', async (t) => {
  // Fisher, The Design of Experiments (1935), §21: 863 of 32,768 on one side, doubled.
  const differences = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
  const result = Statistics.compare({
    blocks: blocks(differences.map((each) => [each, 0])),
    better: 'lower',
    margin: EXACT,
  });
  t.equal(result.swapP, 1_726 / 32_768);
  t.equal(result.median, 24);
  t.same(result.signs, { better: 2, worse: 13, equal: 0 });
  t.ok(Math.abs(result.difference - 314 / 15) < 1e-12);
});

t.test('random swaps of many blocks agree with the exact count of fewer', async (t) => {
  const values = Array.from({ length: 15 }, (_, at) => [((at * 7) % 11) - 4, 0] as const);
  const exact = Bootstrap.swapP(blocks(values), { seed: 1, resamples: 1 });
  // A block that ties changes no difference, only the count of blocks.
  const more = Bootstrap.swapP(blocks([...values, [0, 0]]), { seed: 1, resamples: 40_000 });
  t.ok(Math.abs(exact - more) < 0.01, `${exact} and ${more}`);
});

t.test('the draws have the distribution of all ways to draw', async (t) => {
  const samples = [
    [
      { numerator: 1, denominator: 2 },
      { numerator: 3, denominator: 4 },
    ],
    [
      { numerator: 0, denominator: 10 },
      { numerator: 5, denominator: 10 },
    ],
    [
      { numerator: 4, denominator: 5 },
      { numerator: 1, denominator: 1 },
    ],
  ] as const;
  const all = new Map<string, number>();
  for (const one of samples)
    for (const two of samples)
      for (const three of samples) {
        const sum = (arm: 0 | 1, part: 'numerator' | 'denominator') =>
          one[arm][part] + two[arm][part] + three[arm][part];
        const value =
          sum(0, 'numerator') / sum(0, 'denominator') - sum(1, 'numerator') / sum(1, 'denominator');
        const key = value.toFixed(9);
        all.set(key, (all.get(key) ?? 0) + 1 / 27);
      }
  const resamples = 40_000;
  const drawn = new Map<string, number>();
  for (const { a, b } of Bootstrap.draws(blocks(samples), { seed: 5, resamples })) {
    const key = (a - b).toFixed(9);
    drawn.set(key, (drawn.get(key) ?? 0) + 1 / resamples);
  }
  t.same([...drawn.keys()].sort(), [...all.keys()].sort());
  for (const [key, share] of all) {
    t.ok(Math.abs((drawn.get(key) ?? 0) - share) < 0.01, `${key}: ${drawn.get(key)} of ${share}`);
  }
});

t.test('profiles keep their part in every draw', async (t) => {
  const two = [
    ...blocks(
      [
        [0, 0],
        [0, 0],
      ],
      'x',
    ),
    ...blocks(
      [
        [8, 0],
        [8, 0],
      ],
      'y',
    ),
  ];
  for (const { a } of Bootstrap.draws(two, { seed: 1, resamples: 200 })) t.equal(a, 4);
});

t.test('the interval of a mean is that of the normal distribution when there is much', async (t) => {
  // Quantiles of a normal distribution, mean 10, deviation 2: its standard error is 2 / sqrt(400).
  const values = Array.from({ length: 400 }, (_, at) => 10 + 2 * normalQuantile((at + 0.5) / 400));
  const { interval, difference } = Statistics.compare({
    blocks: blocks(values.map((value) => [value, 0])),
    better: 'lower',
    margin: EXACT,
  });
  t.ok(Math.abs(difference - 10) < 1e-6);
  t.ok(Math.abs(interval[0] - (10 - 1.96 * 0.1)) < 0.01, `${interval[0]}`);
  t.ok(Math.abs(interval[1] - (10 + 1.96 * 0.1)) < 0.01, `${interval[1]}`);
});

t.test('the same seed gives the same interval, another one a similar one', async (t) => {
  const some = blocks([
    [1, 4],
    [2, 9],
    [3, 5],
    [2, 7],
    [5, 6],
  ]);
  const of = (seed: number) => Statistics.compare({ blocks: some, better: 'lower', margin: EXACT, seed });
  t.same(of(1), of(1));
  t.notSame(of(1).interval, of(2).interval);
  t.ok(Math.abs(of(1).interval[0] - of(2).interval[0]) < 0.3);
});

t.test('ratios are summed before they are divided', async (t) => {
  const some = blocks([
    [
      { numerator: 1, denominator: 10 },
      { numerator: 2, denominator: 10 },
    ],
    [
      { numerator: 9, denominator: 90 },
      { numerator: 60, denominator: 90 },
    ],
    [
      { numerator: 0, denominator: 0 },
      { numerator: 0, denominator: 100 },
    ],
  ]);
  const { a, b, ratio, signs } = Statistics.compare({ blocks: some, better: 'lower', margin: EXACT });
  t.equal(a, 10 / 100);
  t.equal(b, 62 / 200);
  t.equal(ratio, undefined, 'one draw of 27 has nothing in it');
  t.same(signs, { better: 2, worse: 0, equal: 1 });
  t.equal(Statistics.pooled([]), 0);
  t.equal(Statistics.runValue({ numerator: 3, denominator: 4 }), 0.75);
});

t.test('the ratio of arms has an interval around it', async (t) => {
  const some = blocks([
    [2, 4],
    [3, 6.3],
    [5, 9],
    [4, 8.2],
  ]);
  const { ratio } = Statistics.compare({ blocks: some, better: 'lower', margin: EXACT });
  t.equal(ratio?.value, 14 / 27.5);
  t.ok((ratio?.interval[0] ?? 1) < 14 / 27.5 && (ratio?.interval[1] ?? 0) > 14 / 27.5);
  t.ok(
    Math.abs((Statistics.meanLogRatio(some) ?? 0) - (0.5 * (3 / 6.3) * (5 / 9) * (4 / 8.2)) ** 0.25) < 1e-12,
  );
  t.equal(Statistics.meanLogRatio(blocks([[0, 1]])), undefined);
});

t.test('a verdict follows from interval and margin', async (t) => {
  const cases: [[number, number], number, Statistics.Verdict, Statistics.Verdict][] = [
    [[-3, -1], 0, 'better', 'worse'],
    [[-3, -1], 1, 'undecided', 'undecided'],
    [[-3, -1.1], 1, 'better', 'worse'],
    [[1.1, 2], 1, 'worse', 'better'],
    [[-1, 1], 1, 'no difference', 'no difference'],
    [[-1.1, 1], 1, 'undecided', 'undecided'],
    [[-0.5, 3], 1, 'undecided', 'undecided'],
    [[0, 0], 0, 'no difference', 'no difference'],
  ];
  for (const [interval, margin, lower, higher] of cases) {
    t.equal(Statistics.verdictOf(interval, margin, 'lower'), lower, `${interval} ${margin}`);
    t.equal(Statistics.verdictOf(interval, margin, 'higher'), higher, `${interval} ${margin}`);
  }
});

t.test('the margin is the larger of the two, and three blocks decide nothing', async (t) => {
  const some = blocks([
    [80, 100],
    [81, 100],
    [79, 100],
    [80, 100],
  ]);
  const compare = (margin: Statistics.Margin) =>
    Statistics.compare({ blocks: some, better: 'lower', margin });
  t.equal(compare({ absolute: 5, relative: 0.05 }).verdict, 'better');
  t.match(compare({ absolute: 5, relative: 0.25 }), { verdict: 'no difference', margin: 25 });
  t.match(compare({ absolute: 30, relative: 0.25 }), { verdict: 'no difference', margin: 30 });
  const few = { blocks: some.slice(0, Statistics.LEAST_BLOCKS - 1), better: 'lower', margin: EXACT } as const;
  t.equal(Statistics.compare(few).verdict, 'undecided');
  t.throws(() => Statistics.compare({ ...few, blocks: [] }), RangeError);
});

t.test('a draw without a difference speaks for neither side', async (t) => {
  t.equal(Bootstrap.tailP([0, 0, 1, 1]), 1);
  t.equal(Bootstrap.tailP([-1, 1, 1, 1]), 0.8);
  t.equal(Bootstrap.tailP(new Array(99).fill(1)), 0.02, 'never below what so many draws can tell');
});

t.test('Holm adjusts as in the textbook', async (t) => {
  // p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") of R.
  t.same(Statistics.holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02]);
  t.same(Statistics.holm([0.5, 0.6]), [1, 1]);
  t.same(Statistics.holm([]), []);
});

t.test('Holm is as strict as Bonferroni for the smallest and never undoes an order', async (t) => {
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
  const property = fc.property(shares, (values) => {
    const adjusted = Statistics.holm(values);
    const isOrdered = values.every((one, i) =>
      values.every((other, j) => one > other || (adjusted[i] as number) <= (adjusted[j] as number)),
    );
    return isOrdered && Math.min(...adjusted) === Math.min(1, Math.min(...values) * values.length);
  });
  t.doesNotThrow(() => fc.assert(property));
});

t.test('a claim that Holm does not let stand is undecided', async (t) => {
  const verdicts = Statistics.settle([
    { p: 0.001, verdict: 'better' },
    { p: 0.04, verdict: 'worse' },
    { p: 0.9, verdict: 'no difference' },
  ]);
  t.same(verdicts, ['better', 'undecided', 'no difference']);
});

t.test('every arm stands everywhere and follows every other equally often', async (t) => {
  t.same(Statistics.armOrder(['A', 'B'], 0), ['A', 'B']);
  t.same(Statistics.armOrder(['A', 'B'], 1), ['B', 'A']);
  for (let count = 1; count <= 9; count++) {
    const arms = Array.from({ length: count }, (_, at) => at);
    const rows = count % 2 === 0 ? count : 2 * count;
    const [places, pairs] = [new Map<string, number>(), new Map<string, number>()];
    for (let block = 0; block < rows; block++) {
      const order = Statistics.armOrder(arms, block);
      t.same([...order].sort(), arms);
      t.same(order, Statistics.armOrder(arms, block + rows), 'blocks go on as they began');
      order.forEach((arm, place) => {
        const [at, pair] = [`${arm} ${place}`, `${order[place - 1]} ${arm}`];
        places.set(at, (places.get(at) ?? 0) + 1);
        if (place > 0) pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
      });
    }
    t.same(new Set(places.values()), new Set([rows / count]), `${count} arms`);
    t.equal(places.size, count * count);
    t.equal(pairs.size, count * (count - 1));
    t.ok(new Set(pairs.values()).size <= 1);
  }
  t.same(Statistics.armOrder([], 3), []);
});

/** By bisection. */
function normalQuantile(p: number): number {
  let [low, high] = [-6, 6];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function normalShare(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (x * x) / (2 * n + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}
