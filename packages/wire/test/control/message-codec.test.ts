import t from 'tap';
import { checkCount, checkText } from '../../src/control/message-codec.js';
import { codeOf } from '../vectors.js';

t.test('texts are measured in UTF-8', async (t) => {
  const limits = { maxBytes: 12 };
  t.equal(checkText('field', 'aaaaaaaaaaaa', limits), 'aaaaaaaaaaaa');
  t.equal(checkText('field', 'ßßßßßß', limits), 'ßßßßßß');
  t.equal(checkText('field', '€€€€', limits), '€€€€');
  t.equal(checkText('field', '😀😀😀', limits), '😀😀😀');
  for (const text of ['aaaaaaaaaaaaa', 'ßßßßßßa', '€€€€a', '😀😀😀a']) {
    t.equal(
      codeOf(() => checkText('field', text, limits)),
      'LH_WIRE_RANGE',
      text,
    );
  }
});

t.test('texts and lists have bounds', async (t) => {
  t.equal(checkText('field', '', { maxBytes: 1 }), '');
  t.equal(
    codeOf(() => checkText('field', '', { minBytes: 1, maxBytes: 1 })),
    'LH_WIRE_RANGE',
  );
  t.strictSame(checkCount('field', [1, 2], 2), [1, 2]);
  t.equal(
    codeOf(() => checkCount('field', [1, 2], 1)),
    'LH_WIRE_RANGE',
  );
});
