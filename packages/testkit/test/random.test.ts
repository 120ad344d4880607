import t from 'tap';
import { Random } from '../src/index.js';

t.test('a seed repeats its numbers, another has others', async (t) => {
  const numbers = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 20 }, () => random.uint32());
  };
  t.same(numbers(7), numbers(7));
  t.strictNotSame(numbers(7), numbers(8));
  t.equal(new Random(7).seed, 7);
});

t.test('numbers are those of sfc32', async (t) => {
  // a = 0, b = seed, c = 2^32 / golden ratio, counter = 1, twelve rounds: computed with 64-bit integers.
  const mask = 0xffffffffn;
  let [a, b, c, counter] = [0n, 99n, 0x9e3779b9n, 1n];
  const next = () => {
    const result = (a + b + counter) & mask;
    counter = (counter + 1n) & mask;
    a = b ^ (b >> 9n);
    b = (c + (c << 3n)) & mask;
    c = ((((c << 21n) | (c >> 11n)) & mask) + result) & mask;
    return Number(result);
  };
  for (let round = 0; round < 12; round++) next();
  const random = new Random(99);
  for (let index = 0; index < 100; index++) t.equal(random.uint32(), next());
});

t.test('ranges are kept and used whole', async (t) => {
  const random = new Random(1);
  const seen = new Set<number>();
  for (let index = 0; index < 1_000; index++) {
    const number = random.next();
    t.ok(number >= 0 && number < 1);
    seen.add(random.integer(-2, 2));
    seen.add(random.pick([1, 2]));
  }
  t.same(
    [...seen].sort((a, b) => a - b),
    [-2, -1, 0, 1, 2],
  );
  t.equal(new Set(random.bytes(4_000)).size, 256);
  let heads = 0;
  for (let index = 0; index < 10_000; index++) if (random.chance(0.2)) heads++;
  t.ok(heads > 1_800 && heads < 2_200, `${heads} of 10,000 at a chance of 0.2`);
});

t.test('a fork goes its own way', async (t) => {
  const random = new Random(3);
  const fork = random.fork();
  t.not(fork.uint32(), random.uint32());
  t.equal(new Random(3).fork().seed, fork.seed);
});
