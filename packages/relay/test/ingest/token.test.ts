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
