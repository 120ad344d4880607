import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type EmulatedLink, openLink } from '../../src/index.js';
import { spawnInside } from '../../src/link/namespaces.js';
import { takeDown } from '../../src/named/down.js';
import { isAlive, namedLinks, networkOf } from '../../src/named/state.js';
import { bringUp } from '../../src/named/up.js';
import { eventually, fixture, linesOf, noLinks, plainProfile, processesWith } from '../fixture/links.js';

t.setTimeout(120_000);

const options = { skip: noLinks ?? false };

/** Marks every process of one test, grandchildren included. */
const markOf = (name: string) => `LONGHAUL_TEST_MARK=${name}-${process.pid}-${Date.now()}`;

function startFixture(mark: string, command: readonly string[] = []): ChildProcess {
  const [program = '', ...args] = [...command, process.execPath, fixture('open-and-wait.js')];
  const [name = '', value = ''] = mark.split('=');
  return spawn(program, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, [name]: value },
  });
}

t.test('nothing survives the SIGKILL of whoever opened a link', options, async (t) => {
  const mark = markOf('killed');
  const parent = startFixture(mark);
  const told = JSON.parse((await linesOf(parent).next()).value ?? '{}') as {
    holders: number[];
    children: number[];
  };
  t.ok(
    await eventually(() => processesWith(mark).length >= 1 + 3 + 4),
    `the parent, three holders, a shell and its child at each end: ${processesWith(mark).length}`,
  );
  t.ok(told.holders.every((pid) => networkOf(pid) !== undefined));
  parent.kill('SIGKILL');
  await once(parent, 'close');
  t.ok(await eventually(() => processesWith(mark).length === 0), `left: ${processesWith(mark).join()}`);
});

t.test('closing a link ends what runs at its ends', options, async (t) => {
  const link = await openLink({ profile: plainProfile(), seed: 1 });
  const child = link.sender.spawn('sh', ['-c', 'trap "" TERM; sleep 1000 & sleep 1000'], { stdio: 'ignore' });
  const ended = once(child, 'close');
  await link.close();
  await ended;
  await link.close();
  t.equal(networkOf(link.sender.pid), undefined);
  await t.rejects(link.audit(), { code: 'LH_NETEM_ROUTER', message: 'the link is closed' });
});

t.test('a holder that is killed takes its link down, and the audit says so', options, async (t) => {
  const link = await openLink({ profile: plainProfile(), seed: 1 });
  await link.start();
  process.kill(link.receiver.pid, 'SIGKILL');
  await eventually(() => networkOf(link.receiver.pid) === undefined);
  t.match(await refusalOf(link), { code: 'LH_NETEM_ROUTER' });
  await t.rejects(link.close(), { code: 'LH_NETEM_ROUTER' });
});

/** The error of the first audit that fails: that an interface went, the router learns some time after. */
async function refusalOf(link: EmulatedLink): Promise<unknown> {
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    const refusal = await link.audit().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (refusal !== undefined) return refusal;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return undefined;
}

t.test('without root a user namespace serves, and the audit names the priority', options, async (t) => {
  // In a user namespace root of it has no real-time priority: what an unprivileged user has.
  const parent = startFixture(markOf('user'), ['unshare', '-Urn']);
  const told = JSON.parse((await linesOf(parent).next()).value ?? '{}') as {
    router: { realTime: { state: string; reason: string } };
  };
  t.match(told.router.realTime, { state: 'normal', reason: /SCHED_FIFO refused/ });
  parent.kill('SIGKILL');
  await once(parent, 'close');
});

t.test('a link that stays up ends by its name, with an audit', options, async (t) => {
  process.env.LONGHAUL_NETEM_STATE = mkdtempSync(join(tmpdir(), 'longhaul-netem-'));
  const link = await bringUp({ profile: 'sg-kl-edge', seed: 3, name: 'mine' });
  await t.rejects(bringUp({ profile: 'hk-sv', seed: 1, name: 'mine' }), { code: 'LH_NETEM_NAME' });
  await t.rejects(takeDown('mien'), { code: 'LH_NETEM_NAME', message: 'mien is not up, did you mean mine?' });
  t.ok([link.router, link.sender, link.receiver].every(isAlive));
  const { links } = await takeDown('mine');
  t.equal(links[0]?.name, 'mine');
  t.ok((links[0]?.audit?.durationMs ?? 0) > 0);
  t.notOk([link.router, link.sender, link.receiver].some(isAlive));
  t.same(namedLinks(), []);
});

t.test('down cleans up after everything was killed but a program inside', options, async (t) => {
  const state = mkdtempSync(join(tmpdir(), 'longhaul-netem-'));
  process.env.LONGHAUL_NETEM_STATE = state;
  const link = await bringUp({ profile: 'sg-kl-edge', seed: 3, name: 'worst' });
  const inside = spawnInside(link.sender.pid, ['sleep', '1000'], { stdio: 'ignore' });
  const ended = once(inside, 'close');
  await eventually(() => networkOf(inside.pid ?? 0) === networkOf(link.sender.pid));
  for (const mark of [link.sender, link.router, link.receiver]) process.kill(mark.pid, 'SIGKILL');
  t.ok(await eventually(() => ![link.router, link.sender, link.receiver].some(isAlive)));
  t.equal(inside.exitCode, null, 'the program lives on in a namespace that nobody holds');
  const { links, strays } = await takeDown();
  await ended;
  t.match(links, [{ name: 'worst' }]);
  t.ok(strays >= 1, `${strays} strays`);
  t.equal(inside.signalCode, 'SIGKILL');
  t.notOk(existsSync(join(state, 'worst.link.json')));
});

t.test('down finds a link whose file was lost', options, async (t) => {
  process.env.LONGHAUL_NETEM_STATE = mkdtempSync(join(tmpdir(), 'longhaul-netem-'));
  const link = await bringUp({ profile: 'sg-kl-edge', seed: 3, name: 'lost' });
  rmSync(join(process.env.LONGHAUL_NETEM_STATE, 'lost.link.json'));
  t.same(namedLinks(), []);
  const { strays } = await takeDown();
  t.ok(strays >= 3, `${strays} strays`);
  t.same(
    readdirSync(process.env.LONGHAUL_NETEM_STATE),
    [],
    'and the report that its router wrote at the end',
  );
  t.notOk([link.router, link.sender, link.receiver].some(isAlive));
});
