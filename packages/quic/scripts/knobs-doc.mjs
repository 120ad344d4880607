// Writes the table of knobs into docs/congestion-control.md between its two markers. Run after a change of
// native/cc/src/params/table.rs; packages/quic/test/knobs.test.ts compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { knobDocument } from '../dist/src/knob-document.js';

const file = new URL('../../../docs/congestion-control.md', import.meta.url);
writeFileSync(file, knobDocument(readFileSync(file, 'utf8')));
