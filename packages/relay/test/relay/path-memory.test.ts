import { readFileSync, writeFileSync } from 'node:fs';
import { Media, waitFor } from '@longhaul/testkit';
import t, { type Test } from 'tap';
import { parse, stringify } from 'yaml';
import { loadConfig } from '../../src/config/config.js';
import type { Explanation } from '../../src/trace/figures.js';
import { linked, Relays, type TestRelay } from '../drive/relays.js';
import { publish } from '../drive/rtmp-client.js';
import { UdpProxy } from '../drive/udp-proxy.js';

t.setTimeout(60_000);

function rewrite({ relay }: TestRelay, link: object): void {
  const file = relay.config.sources.file ?? '';
  const config = parse(readFileSync(file, 'utf8'));
  writeFileSync(file, stringify({ ...config, link: { ...config.link, ...link } }));
  relay.reload(loadConfig({ file }));
}

/** An edge that dials a center over a path of 200 ms: what it goes through lasts longer than a stall of a busy machine. */
async function overPath(t: Test, pathMemoryMs: number) {
  const relays = await Relays.create(t);
  // All of it has to cross, however late: nothing is dropped for a subscriber without a budget.
  const center = await relays.start('center', {
    relay: { role: 'center' },
    link: { delivery: { latencyBudgetMs: 0 } },
  });
  const cable = await UdpProxy.create(t, center.relay.addresses.link ?? '', 100);
  const peers = [{ name: 'center', url: `quic://${cable.address}` }];
  const edge = await relays.start('edge', { link: { peers, congestion: { pathMemoryMs } } });
  await linked(edge, center);
  return { edge, center, peers };
}

/** Sends what a path of 200 ms takes many windows for; returns the phases that the sender went through. */
async function sendMuch(edge: TestRelay, center: TestRelay, name: string): Promise<Set<string>> {
  const phases = new Set<string>();
  const publisher = await publish(`${edge.rtmp}/${name}`);
  await waitFor('the center has subscribed', () => edge.relay.figures.links()[0]?.subscriptionsIn === 1);
  await publisher.send(Media.broadcast({ seconds: 1, framerate: 5, keyBytes: 800_000, deltaBytes: 800_000 }));
  const arrived = () => center.relay.figures.links()[0]?.mediaBytesReceived ?? 0;
  await waitFor(
    'the media has crossed',
    () => {
      const phase = edge.relay.figures.links()[0]?.congestionPhase;
      if (phase !== undefined) phases.add(phase);
      return arrived() > 3_900_000;
    },
    { everyMs: 2, timeoutMs: 20_000 },
  );
  await publisher.close();
  return phases;
}

const resumed = (phases: Set<string>) => [...phases].some((phase) => phase.startsWith('resume-'));

for (const { pathMemoryMs, what } of [
  { pathMemoryMs: 600_000, what: 'a link resumes from what the last one to the same peer learned' },
  { pathMemoryMs: 0, what: 'a link starts from nothing when nothing is remembered' },
]) {
  t.test(what, async (t) => {
    const { edge, center, peers } = await overPath(t, pathMemoryMs);
    t.notOk(resumed(await sendMuch(edge, center, 'a')), 'there is nothing to resume from');
    rewrite(edge, { peers: [] });
    await waitFor('the link ends', () => center.relay.figures.links().length === 0);
    rewrite(edge, { peers });
    await linked(edge, center);
    const phases = await sendMuch(edge, center, 'b');
    t.equal(resumed(phases), pathMemoryMs > 0, [...phases].join(', '));
    const answer = await fetch(`${edge.admin}/api/v1/explain?link=center`);
    const { links, mechanisms } = (await answer.json()) as Explanation;
    t.equal((links[0]?.opening?.rememberedBps ?? 0) > 0, pathMemoryMs > 0, 'and the explanation says so');
    t.equal(
      mechanisms.some((line) => line.includes('path memory')),
      pathMemoryMs > 0,
    );
  });
}
