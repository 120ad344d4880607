import { readFileSync } from 'node:fs';
import t from 'tap';
import { knobDocument } from '../src/knob-document.js';

t.test('docs/congestion-control.md holds the knobs as they are', async (t) => {
  const text = readFileSync(new URL('../../../../docs/congestion-control.md', import.meta.url), 'utf8');
  t.equal(knobDocument(text), text, 'node packages/quic/scripts/knobs-doc.mjs writes the table anew');
});

t.test('a document without markers is refused', async (t) => {
  t.throws(() => knobDocument('# Nothing here'), /lacks the markers/);
});
