/** The memory transport passes the suite whole, with packets in order and out of order. */
import t from 'tap';
import { complianceSuite } from '../../src/compliance/index.js';
import { makeMemoryPair } from './pair.js';

t.test('on a path without delay', (t) => complianceSuite(t, (options) => makeMemoryPair(options)));
