import { readdir } from 'node:fs/promises';
import { temporaryDirectory } from '@longhaul/testkit';
import t from 'tap';
import type { Contestant } from '../../src/arms/arm.js';
import type { LinkOpener } from '../../src/run/link.js';
import { type RunContext, runOne } from '../../src/run/one.js';
import type { Scenario, ScenarioResult } from '../../src/run/scenario.js';
import { openLoopbackLink } from '../support/loopback-link.js';

const CONTESTANT: Contestant = {
  name: 'fake',
  describe: '',
  carrier: 'tcp',
  probe: async () => undefined,
};
const SPEC = {
  profile: 'hk-fra',
  seed: 1,
  arm: 'fake',
  scenario: 'live',
  durationS: 2,
  warmUpS: 0,
  shape: '',
};

function scenarioOf(run: () => Promise<ScenarioResult>): Scenario {
  return { name: 'live', describe: '', contestants: [CONTESTANT], run };
}

async function contextOf(t: Parameters<typeof temporaryDirectory>[0], openLink: LinkOpener) {
  const context: RunContext = {
    openLink,
    workDirectory: await temporaryDirectory(t),
    certificates: '',
    versions: {},
    backend: 'router',
    raise: () => {},
    pathOf: () => ({ oneWayMs: 95, rttMs: 190, bdpBytes: 1 }),
  };
  return context;
}

t.test('a link that cannot be had is an invalid run with its reason', async (t) => {
  const context = await contextOf(t, async () => {
    throw new Error('ip -batch -: Resource temporarily unavailable\nand more');
  });
  const scenario = scenarioOf(async () => t.fail('never run') as never);
  const record = await runOne({ scenario, contestant: CONTESTANT }, SPEC, context);
  t.match(record, {
    run: { profile: 'hk-fra', arm: 'fake' },
    link: { oneWayMs: 95, rttMs: 190 },
    settings: { link: { backend: 'router' } },
    validity: {
      state: 'invalid',
      reasons: ['broken: ip -batch -: Resource temporarily unavailable', 'the link told nothing'],
    },
  });
  t.same(await readdir(context.workDirectory), [], 'its directory is gone');
});

t.test('a scenario that breaks is an invalid run, and the link is closed', async (t) => {
  let closed = 0;
  const context = await contextOf(t, async () => ({
    ...(await openLoopbackLink()),
    close: async () => {
      closed += 1;
    },
  }));
  const scenario = scenarioOf(async () => {
    throw new Error('the viewer ended');
  });
  const { validity } = await runOne({ scenario, contestant: CONTESTANT }, SPEC, context);
  t.match(validity, { state: 'invalid', reasons: [/broken: the viewer ended/] });
  t.equal(closed, 1);
});

t.test('what cannot be undone is told', async (t) => {
  const context = await contextOf(t, async () => ({
    ...(await openLoopbackLink()),
    close: async () => {
      throw new Error('the router had failed');
    },
  }));
  const scenario = scenarioOf(async () => ({
    series: [],
    cpu: {},
    invalid: [],
    settings: {},
    linkStartUs: 0,
  }));
  const { validity } = await runOne({ scenario, contestant: CONTESTANT }, SPEC, context);
  t.match(validity, { reasons: ['left behind: the link: the router had failed'] });
});
