import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runReadmeExample } from '@longhaul/testkit';
import t from 'tap';
import type { AgentReport, CongestionAgent } from '../src/index.js';

t.test('the example of the README runs', async (t) => {
  await t.resolves(runReadmeExample(fileURLToPath(new URL('../..', import.meta.url))));
});

/** The class `Aimd` of the README's example. */
function aimd(): CongestionAgent {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [code] = /^class Aimd \{[\s\S]*?^\}/m.exec(readme) ?? [];
  return new Function(`${code}; return new Aimd();`)();
}

t.test('the agent of the README adds a packet a round trip and halves after a loss', (t) => {
  const agent = aimd();
  const report = (changes: Partial<AgentReport>) =>
    agent.onReport({ lostBytes: 0, appLimited: false, smoothedRttMs: 100, ...changes } as AgentReport);
  t.same(report({}), { cwndBytes: 13_200, pacingBps: 1_320_000 });
  t.match(report({}), { cwndBytes: 14_400 });
  t.match(report({ appLimited: true }), { cwndBytes: 14_400 }, 'what is not used does not grow');
  t.match(report({ lostBytes: 1_200 }), { cwndBytes: 7_200 });
  for (let round = 0; round < 9; round++) report({ lostBytes: 1_200 });
  t.match(report({ lostBytes: 1 }), { cwndBytes: 2_400 }, 'two packets are the least');
  t.end();
});
