/** The memory transport passes the suite whole, with packets in order and out of order. */
import { selfDrivenPair, virtualPath } from '@longhaul/testkit';
import t from 'tap';
import { complianceSuite } from '../../src/compliance/index.js';

t.test('on a path without delay', (t) => complianceSuite(t, async (options) => selfDrivenPair(options)));

t.test('on a long path that limits the rate and reorders packets', (t) =>
  complianceSuite(t, async (options) => {
    const path = { latencyMs: 20, jitterMs: 30, rateBps: 400_000_000 };
    return selfDrivenPair(options, {
      paths: { toAcceptor: virtualPath({ ...path, seed: 1 }), toDialer: virtualPath({ ...path, seed: 2 }) },
    });
  }),
);
