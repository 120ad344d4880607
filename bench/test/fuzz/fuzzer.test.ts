/** The fuzzer finds what is there to be found: a target with planted faults. */
import { Random } from '@longhaul/testkit';
import t from 'tap';
import { emptyTally, minimise, runOne, runRange, signatureOf } from '../../src/fuzz/fuzzer.js';
import { inputAt } from '../../src/fuzz/inputs.js';
import { mutate } from '../../src/fuzz/mutate.js';
import { pieces } from '../../src/fuzz/pieces.js';
import { Broken, expectedCode, type FuzzTarget } from '../../src/fuzz/target.js';

const seed = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

function planted(run: (input: Uint8Array) => string): FuzzTarget {
  return { name: 'planted', seeds: [seed], cases: [], run };
}

t.test('an error without a code of ours is found, with the number that repeats it', async (t) => {
  const target = planted((input) => {
    if (input.includes(0xff)) (undefined as unknown as { x: number }).x.toString();
    return 'ok';
  });
  const finding = runRange(target, { seed: 5, from: 0, to: 1_000 }, emptyTally());
  t.match(finding, { target: 'planted', what: /^TypeError: .* at / });
  const again = inputAt(target, 5, finding?.input as number);
  t.strictSame(again, finding?.bytes);
  t.match(runOne(target, { input: 0, bytes: again }, emptyTally()), { what: finding?.what });
});

t.test('an input that takes too long is found', async (t) => {
  const target = planted(() => {
    for (const from = process.cpuUsage(); process.cpuUsage(from).user < 20_000; );
    return 'ok';
  });
  t.match(runOne(target, { input: 'slow', bytes: seed }, emptyTally(), { maxMs: 10 }), {
    what: /^took \d+ ms/,
  });
});

t.test('coded errors are outcomes, others go through', async (t) => {
  const coded = Object.assign(new Error('x'), { code: 'LH_X_Y' });
  t.equal(expectedCode(coded, 'LH_X_'), 'LH_X_Y');
  t.throws(() => expectedCode(coded, 'LH_Z_'), coded);
  t.throws(() => expectedCode(new RangeError('y'), 'LH_'), RangeError);
  t.throws(() => expectedCode('text', 'LH_'), 'text');
  t.match(signatureOf(new Broken('b')), /^Broken: b at /);
});

t.test('a finding is made short', async (t) => {
  const long = Uint8Array.from({ length: 500 }, (_, at) => at % 200);
  const short = minimise(long, (bytes) => bytes.includes(77) && bytes.includes(150), { tries: 2_000 });
  t.strictSame([...short], [77, 150]);
});

t.test('mutations are repeated by their seed and change nearly everything', async (t) => {
  const all = Array.from({ length: 300 }, (_, at) =>
    Buffer.from(mutate(seed, new Random(at), [seed])).toString('hex'),
  );
  t.strictSame(
    Array.from({ length: 300 }, (_, at) => Buffer.from(mutate(seed, new Random(at), [seed])).toString('hex')),
    all,
  );
  t.ok(new Set(all).size > 250);
  t.strictSame([...seed], [1, 2, 3, 4, 5, 6, 7, 8], 'the seed stays');
});

t.test('an input comes in pieces that its first byte chooses', async (t) => {
  for (const how of [0, 1, 2, 99]) {
    const input = Uint8Array.of(how, ...seed);
    const parts = [...pieces(input)];
    t.strictSame(
      parts.flatMap((part) => [...part]),
      [...seed],
    );
    t.equal(parts.length > 1, how > 0);
  }
  t.strictSame([...pieces(new Uint8Array(0))], []);
});
