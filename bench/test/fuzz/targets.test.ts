/** Each target: its worst cases, what once broke it (bench/fuzz/corpus), and a short seeded burst. No times are judged here. */
import t from 'tap';
import { readCorpus } from '../../src/fuzz/corpus.js';
import { emptyTally, runOne, runRange } from '../../src/fuzz/fuzzer.js';
import { TARGETS } from '../../src/fuzz/targets/index.js';

const BURST = 2_000;

for (const target of TARGETS) {
  t.test(`${target.name}: kept inputs and worst cases do no harm`, async (t) => {
    const kept = readCorpus(target.name);
    t.ok(kept.length > 0, 'there is a corpus');
    for (const { name, input } of [...target.cases, ...kept]) {
      t.match(runOne(target, { input: name, bytes: input }, emptyTally()), undefined, name);
    }
  });

  t.test(`${target.name}: ${BURST} mutated inputs do no harm`, async (t) => {
    const tally = emptyTally();
    const finding = runRange(target, { seed: 1, from: 0, to: BURST }, tally);
    t.equal(finding, undefined, `seed 1: ${finding?.input} ${finding?.what}`);
    t.equal(tally.inputs, BURST);
    t.ok(
      (tally.outcomes.get('ok') ?? 0) > BURST / 100,
      'some are valid: mutations do not only break the first byte',
    );
    if (target.name !== 'media-classifier') t.ok(tally.outcomes.size > 1, 'some are not');
  });

  t.test(`${target.name}: its seeds are valid`, async (t) => {
    for (const [index, seed] of target.seeds.entries()) {
      const outcome = target.run(seed);
      t.notMatch(outcome, /^LH_(?!RTMP_TIMEOUT)|PROTOCOL/, `seed ${index}: ${outcome}`);
    }
  });
}
