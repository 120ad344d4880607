import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeCertificates } from '@longhaul/cli';
import { loadConfig } from '@longhaul/relay';
import { temporaryDirectory } from '@longhaul/testkit';
import t from 'tap';
import { ABLATION_ARMS, ARM_SETS, ARMS } from '../../src/arms/index.js';
import { centerConfig, edgeConfig, type RelayArm } from '../../src/arms/relay-hop.js';

const relayArms = ARMS.filter((arm): arm is RelayArm => 'config' in arm);

t.test('every arm of ours has configurations that a relay takes', async (t) => {
  t.ok(relayArms.length > 10);
  const certificates = await temporaryDirectory(t);
  await writeCertificates(certificates, {
    names: ['edge', 'center'],
    days: 1,
    force: false,
    now: new Date('2026-01-01'),
  });
  const file = join(certificates, 'relay.yaml');
  for (const { name, config } of relayArms) {
    const center = centerConfig(config, { certificates, address: '10.77.0.2' });
    const edge = edgeConfig(config, { certificates, address: '10.77.0.2:4443' });
    for (const each of [center, edge]) {
      await writeFile(file, JSON.stringify(each));
      t.doesNotThrow(() => loadConfig({ file }), name);
    }
  }
});

t.test('sets name arms that there are, each arm has a name of its own', async (t) => {
  const names = ARMS.map(({ name }) => name);
  t.equal(new Set(names).size, names.length);
  for (const [set, arms] of Object.entries(ARM_SETS)) {
    t.same(
      arms.filter((arm) => !names.includes(arm)),
      [],
      set,
    );
  }
});

t.test('of the ladder each arm turns off what the one before it turns off, or less', async (t) => {
  const off = ABLATION_ARMS.filter((name) => !name.includes('tunnel')).map((name) => {
    const { config } = relayArms.find((arm) => arm.name === name) as RelayArm;
    const { congestion: _, ...link } = config.dial as { congestion: unknown };
    return new Set([...leaves(link), ...leaves(config.viewers ?? {})]);
  });
  for (const [at, keys] of off.entries()) {
    const before = off[at - 1] ?? keys;
    t.ok(
      [...keys].every((key) => before.has(key)),
      `${[...keys]}`,
    );
  }
  t.equal(off.at(-1)?.size, 0, 'the last has every default');
});

function leaves(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'object' && inner !== null ? leaves(inner, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}
