import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory, waitFor } from '@longhaul/testkit';
import t, { type Test } from 'tap';
import { runCli } from '../../src/cli.js';
import { catchOutput } from '../support/output.js';
import { publishPictures, relayPair } from '../support/relay-pair.js';

t.setTimeout(90_000);

async function explain(...argv: string[]): Promise<string> {
  const output = catchOutput();
  const code = await runCli(['explain', ...argv], output);
  if (code !== 0) throw new Error(`explain ${argv.join(' ')}: ${output.err()}`);
  return Buffer.from(output.out(), 'latin1').toString();
}

async function refused(...argv: string[]): Promise<{ code: number; says: string }> {
  const output = catchOutput();
  const code = await runCli(['explain', ...argv], output);
  return { code, says: output.err().trimEnd() };
}

/** An edge with a broadcast that a center, 40 ms away, subscribes to for a viewer. */
async function playing(t: Test) {
  const { edge, center, admin } = await relayPair(t, { hopMs: 40 });
  await publishPictures(t, edge, 2_000);
  const viewer = new AbortController();
  t.teardown(() => viewer.abort());
  const response = await fetch(`http://${center.addresses.http}/live/a.flv`, { signal: viewer.signal });
  const reading = (async () => {
    for await (const _ of response.body ?? []) if (viewer.signal.aborted) return;
  })();
  reading.catch(() => undefined);
  const there = `http://${center.addresses.admin}`;
  await waitFor(
    'a second of it has crossed',
    async () => /received|from edge/.test(await explain('live/a', '--admin', there).catch(() => '')),
    {
      timeoutMs: 20_000,
    },
  );
  return { here: admin, there };
}

t.test('a broadcast and a link are explained in words and bars, over both ends too', async (t) => {
  const { here, there } = await playing(t);
  const center = await explain('live/a', '--admin', there);
  t.match(center, /^broadcast default\/live\/a, the last minute at center\n/);
  t.match(center, /\n\d+ frames from edge: p95 of [\d.]+ m?s \(p50 [\d.]+ m?s\): .*\d+ ms flight/);
  t.match(center, /\n {2}flight +\d+ ms +[\d.]+ % {2}█+/);
  t.match(center, /\n {2}p50 [\d.]+ m?s, p95 .*, worst /);
  t.match(center, /\nwhat happened\n {2}edge: round trip \d+ ms \(least \d+ ms\)/);
  t.match(
    await explain('edge', '--admin', there),
    /^link edge, the last minute at center\n\n\d+ frames from edge/,
  );
  const sent = await waitFor('frames were acknowledged', async () => {
    const text = await explain('center', '--admin', here);
    return /frames to center/.test(text) ? text : undefined;
  });
  t.match(sent, /^link center, the last minute at edge\n/);
  const both = await waitFor('frames that nobody watches at the edge are counted', async () => {
    const text = await explain('live/a', '--admin', here, '--with', there);
    return /of the publisher/.test(text) ? text : undefined;
  });
  t.match(both, /^from edge to the viewers of center, both relays joined/);
  t.match(both, /frames of the publisher: .*frames to center: .*frames from edge: /s);
  const json = JSON.parse(await explain('live/a', '--admin', there, '--json'));
  t.match(json, {
    subject: { kind: 'broadcast', name: 'default/live/a' },
    relay: 'center',
    ways: [{ direction: 'received', peer: 'edge' }],
  });
  t.match(JSON.parse(await explain('live/a', '--admin', here, '--with', there, '--json')), {
    here: { relay: 'edge' },
    there: { relay: 'center' },
    joined: { sender: 'edge', receiver: 'center', p95: { parts: { flight: Number } } },
  });
});

t.test('a trace is a line a frame, joined over both ends on one clock', async (t) => {
  const { here, there } = await playing(t);
  const file = join(await temporaryDirectory(t), 'frames.jsonl');
  const said = await explain('live/a', '--admin', here, '--with', there, '--trace', file, '--seconds', '3');
  t.match(
    said,
    /^\d+ frames of default\/live\/a from edge to center; clocks joined by a probe, right to \d+\.\d ms\n/,
  );
  t.match(said, /\nsend queue to center +\d+ /);
  t.match(said, /\nfirst byte on the way to center +\d+ +\d+ ms/);
  const [head, ...frames] = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.match(head, {
    sender: 'edge',
    receiver: 'center',
    broadcast: 'default/live/a',
    offsetMs: Number,
    leftOut: 0,
  });
  t.ok(frames.length > 75, `${frames.length} frames of 3 s`);
  const crossings = frames.map(({ sender, receiver }) => receiver.cameMs - sender.cameMs);
  t.ok(
    Math.min(...crossings) > 40 - head.withinMs,
    `${Math.min(...crossings)} ms: it was under way, on one clock`,
  );
  const alone = join(await temporaryDirectory(t), 'alone.jsonl');
  const one = await explain('live/a', '--admin', there, '--trace', alone, '--seconds', '1', '--json');
  t.match(JSON.parse(one), { relay: 'center', file: alone, frames: Number });
});

t.test('what cannot be explained is one line with what would do', async (t) => {
  const { here, there } = await playing(t);
  const cases: [string[], number, RegExp][] = [
    [['centre'], 1, /no link "centre"; did you mean "center"\?, and there is no broadcast "centre"/],
    [
      ['live/b'],
      1,
      /no broadcast "live\/b"; did you mean "default\/live\/a"|no broadcast "live\/b"; there are default\/live\/a/,
    ],
    [['live/a', '--seconds', '3'], 2, /--seconds goes with --trace FILE/],
    [['live/a', '--trace', 'x', '--seconds', '99'], 2, /--seconds 99: write 1 to 60/],
    [['live/b', '--trace', 'x', '--seconds', '1'], 1, /no broadcast "live\/b"/],
    [['live/a', '--with', 'center'], 2, /--with center: write http:\/\/host:port/],
    [['live/a', '--trace', '/nowhere/at/all', '--seconds', '1'], 1, /no such file or directory/],
  ];
  for (const [argv, code, says] of cases) {
    const result = await refused(...argv, '--admin', here);
    t.match(result, { code, says }, argv.join(' '));
  }
  t.match(await refused('live/a', '--admin', 'http://127.0.0.1:1'), { code: 1, says: /127\.0\.0\.1:1/ });
  const same = ['live/a', '--admin', there, '--with', there, '--trace', 'x', '--seconds', '1'];
  t.match(await refused(...same), { code: 1, says: /traced already|no frames of it in common/ });
});
