import t from 'tap';
import { isToken } from '../../src/ingest/token.js';

t.test('only one of the tokens is one', async (t) => {
  t.equal(isToken('a', ['b', 'a']), true);
  t.equal(isToken('A', ['a']), false);
  t.equal(isToken('', ['a']), false);
  t.equal(isToken('a', []), false);
  t.equal(isToken('a ', ['a']), false);
});

t.test('a client that shows none has none', async (t) => {
  t.equal(isToken(null, ['a']), false);
  t.equal(isToken(null, ['']), false);
});

t.test('none of 10,000 mutated tokens is one', async (t) => {
  const token = 'q3Zp0-8sKf_Lw2Rt6Yv1';
  let taken = 0;
  for (let index = 0; index < 10_000; index++) {
    const at = index % token.length;
    const shift = 1 + (Math.floor(index / token.length) % 94);
    const other = String.fromCharCode(33 + ((token.charCodeAt(at) - 33 + shift) % 94));
    const mutants = [
      token.slice(0, at) + other + token.slice(at + 1),
      token.slice(0, at),
      token.slice(0, at) + token.slice(at + 1),
      token.slice(0, at) + other + token.slice(at),
    ];
    if (other !== token[at]) for (const mutant of mutants) if (isToken(mutant, [token])) taken += 1;
  }
  t.equal(taken, 0);
});
