import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@longhaul/testkit';
import t from 'tap';
import { runCli } from '../../src/cli.js';
import { type CaughtOutput, catchOutput } from '../support/output.js';
import { publishPictures, relayPair } from '../support/relay-pair.js';

t.setTimeout(60_000);

/** Runs `longhaul cc ...` and expects exit code 0. */
async function cc(...argv: string[]): Promise<CaughtOutput> {
  const output = catchOutput();
  const code = await runCli(['cc', ...argv], output);
  if (code !== 0) throw new Error(`cc ${argv.join(' ')}: ${output.err()}`);
  return output;
}

async function refused(...argv: string[]): Promise<{ code: number; says: string }> {
  const output = catchOutput();
  const code = await runCli(['cc', ...argv], output);
  return { code, says: output.err().trimEnd() };
}

t.test('list has the algorithms and each parameter with its range', async (t) => {
  const { admin } = await relayPair(t);
  const all = (await cc('list', '--admin', admin)).out();
  t.match(all, /^algorithms: reno, cubic, bbr1, bbr3, bbr-live, copa, fixed\n/);
  t.match(all, /^init_cwnd +10 +\d+ to \d+ +packets +\S/m);
  t.match(all, /^cubic_beta /m);
  const copa = (await cc('list', 'copa', '--admin', admin)).out();
  t.match(copa, /^copa_delta /m);
  t.notMatch(copa, /^cubic_beta /m);
  t.match(await refused('list', 'vegas', '--admin', admin), {
    code: 2,
    says: /there is no algorithm "vegas": reno, cubic/,
  });
});

t.test('show tells what a link has, and set what it has then', async (t) => {
  const { admin, edge } = await relayPair(t, { congestion: { algorithm: 'reno' } });
  t.match((await cc('show', '--admin', admin)).out(), /center +reno +\S+ .*config/);
  const set = await cc('set', 'center', '--algorithm', 'fixed', '--knob', 'fixed_rate=3e6', '--admin', admin);
  t.match(set.out(), /center +fixed +fixed .*operator/);
  t.match(edge.figures.links(), [{ congestion: 'fixed', pacingRateBps: 3_000_000 }]);
  t.match((await cc('show', 'center', '--admin', admin)).out(), /^fixed_rate +3000000 bit\/s$/m);
  const [link] = JSON.parse((await cc('show', 'center', '--json', '--admin', admin)).out());
  t.match(link, { peer: 'center', algorithm: 'fixed', chosen: true, knobs: { fixed_rate: 3_000_000 } });
  t.match((await cc('set', 'center', '--reset', '--admin', admin)).out(), /center +reno .*config/);
  t.match(edge.figures.links(), [{ congestion: 'reno' }]);
});

t.test('what cannot be done is one line, and nothing changes', async (t) => {
  const { admin, edge } = await relayPair(t);
  const cases: [string[], number, RegExp][] = [
    [['set', 'center'], 2, /--algorithm NAME, --knob NAME=VALUE, or --reset alone/],
    [['set', 'center', '--reset', '--algorithm', 'reno'], 2, /--reset alone/],
    [['set', 'center', '--algorithm', 'vegas'], 2, /there is no algorithm "vegas": reno, cubic/],
    [['set', 'center', '--knob', 'min_cwnd'], 2, /--knob min_cwnd: write NAME=VALUE/],
    [['set', 'center', '--knob', 'min_cwnd=1e9'], 2, /min_cwnd must be a whole number from 2 to \d+ packets/],
    [['set', 'nobody', '--algorithm', 'reno'], 1, /no open link over QUIC to "nobody"/],
    [['show', 'nobody'], 1, /no open link over QUIC to "nobody"; open: center/],
    [['watch', 'nobody'], 1, /no link to "nobody"/],
    [['watch', '--every', '5'], 2, /--every 5/],
  ];
  const before = edge.figures.links()[0]?.congestion;
  for (const [argv, code, says] of cases) {
    const result = await refused(...argv, '--admin', admin);
    t.match(result, { code, says }, argv.join(' '));
    t.equal(result.says.split('\n').length, 1, result.says);
  }
  t.equal(edge.figures.links()[0]?.congestion, before);
  t.match(await refused('show', '--admin', 'http://127.0.0.1:1'), { code: 1, says: /127\.0\.0\.1:1/ });
  t.match(await refused('show', '--admin', 'localhost'), { code: 2, says: /http:\/\/host:port/ });
});

t.test('watch prints a JSON line a look on a pipe, and draws on a terminal', async (t) => {
  const { admin } = await relayPair(t, { congestion: { algorithm: 'copa' } });
  const watch = ['watch', 'center', '--every', '60', '--duration', '2', '--admin', admin];
  const lines = (await cc(...watch)).out().trimEnd().split('\n');
  t.ok(lines.length >= 2, `${lines.length} lines`);
  for (const line of lines) {
    t.match(JSON.parse(line), {
      peer: 'center',
      algorithm: 'copa',
      cwndBytes: Number,
      rttMs: Number,
      packetsSent: Number,
    });
  }
  const terminal = catchOutput();
  Object.assign(terminal.stdout, { isTTY: true });
  t.equal(await runCli(['cc', ...watch], terminal), 0);
  const drawn = Buffer.from(terminal.out(), 'latin1').toString();
  t.match(drawn, /^link to center: copa, /);
  t.ok(drawn.includes('\u001b[6A\u001b[J'), 'each picture takes the place of the one before');
  t.match(drawn, /\nRTT +[▁-█]+ +[\d.]+ ms/);
});

t.test('set shows its effect on the wire within one round trip', async (t) => {
  const rttMs = 200;
  const congestion = { algorithm: 'fixed', knobs: { fixed_rate: 20_000_000 } };
  const { admin, cable, edge } = await relayPair(t, { hopMs: rttMs / 2, congestion });
  await publishPictures(t, edge, 60_000);
  /** Mbit/s that enter the path from now on: over five round trips, beside which a stall of this process is short. */
  const rateFromNow = async () => {
    const [before, startMs] = [cable.fromTarget, performance.now()];
    await sleep(5 * rttMs);
    return ((cable.fromTarget - before) * 8) / 1_000 / (performance.now() - startMs);
  };
  const setTo = async (bps: number) => {
    await cc('set', 'center', '--knob', `fixed_rate=${bps}`, '--admin', admin);
  };
  await waitFor('the media fills 20 Mbit/s', async () => (await rateFromNow()) > 14, {
    timeoutMs: 20_000,
  });
  const fast = await rateFromNow();
  await setTo(2_000_000);
  await sleep(rttMs);
  const slow = await rateFromNow();
  t.ok(slow < fast / 4, `${fast} Mbit/s before, ${slow} from one round trip after`);
  await setTo(20_000_000);
  await sleep(rttMs);
  const fastAgain = await rateFromNow();
  // Two round trips at the old rate would leave 64 % of it.
  const least = Math.max(slow * 4, fast * 0.7);
  t.ok(fastAgain > least, `${fastAgain} Mbit/s from one round trip after the way back`);
});
