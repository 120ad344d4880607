import { EventEmitter } from 'node:events';
import t from 'tap';
import type { DrainSummary } from '../src/relay.js';
import { type SignalledRelay, Signals } from '../src/signals.js';

const SUMMARY = { publishers: 1 } as unknown as DrainSummary;

/** Signals of a process that does not exist, and what they led to. */
function setUp({ supervised = false, connected = true } = {}) {
  const did: string[] = [];
  const host = Object.assign(new EventEmitter(), {
    pid: 1,
    connected,
    kill: (_pid: number, signal?: string | number) => did.push(`kill ${signal}`) > 0,
    exit: (code: number) => did.push(`exit ${code}`),
  });
  let endDrain = () => {};
  const relay = {
    config: { drainMs: 5 } as SignalledRelay['config'],
    drain: () => {
      did.push('drain');
      return new Promise<DrainSummary>((resolve) => {
        endDrain = () => resolve(SUMMARY);
      });
    },
    stop: () => did.push('stop'),
  };
  const signals = new Signals<SignalledRelay>({
    log: { info: () => {} } as never,
    supervised,
    process: host as unknown as NodeJS.Process,
    reload: () => did.push('reload'),
  });
  const start = () => signals.started(relay as unknown as SignalledRelay);
  return { did, host, signals, start, endDrain: () => endDrain() };
}

const cases: [string, { supervised?: boolean; connected?: boolean }, string[], string[], string[]][] = [
  // Before it has started, after it has, and what that led to.
  ['a reload that comes early is done', {}, ['SIGHUP'], [], ['reload']],
  ['a drain that is wanted early begins at once', {}, ['SIGTERM'], [], ['drain']],
  ['and needs no reload', {}, ['SIGHUP', 'SIGTERM'], [], ['drain']],
  ['a second signal while it starts ends the process', {}, ['SIGTERM', 'SIGINT'], [], ['kill SIGINT']],
  ['signals of one that runs', {}, [], ['SIGHUP', 'SIGINT', 'SIGTERM'], ['reload', 'drain', 'stop']],
  ['SIGINT is the business of a parent', { supervised: true }, ['SIGINT'], ['SIGINT'], []],
  ['a parent that goes while it starts', { supervised: true }, ['disconnect'], [], ['drain']],
  ['a parent that had gone before', { supervised: true, connected: false }, [], [], ['drain']],
  [
    'a parent that goes after its child was told to',
    { supervised: true },
    ['SIGTERM', 'disconnect'],
    [],
    ['drain'],
  ],
  ['also when it runs', { supervised: true }, [], ['SIGTERM', 'disconnect'], ['drain']],
];

for (const [what, options, early, later, expected] of cases) {
  t.test(what, async (t) => {
    const { did, host, start } = setUp(options);
    for (const signal of early) host.emit(signal);
    if (did.length === 0) start();
    for (const signal of later) host.emit(signal);
    t.same(did, expected);
  });
}

t.test('it tells what was drained, and signals that come late find themselves obeyed', async (t) => {
  const { did, host, signals, start, endDrain } = setUp();
  start();
  host.emit('SIGTERM');
  endDrain();
  t.same(await signals.drained, SUMMARY);
  for (const signal of ['SIGTERM', 'SIGHUP']) host.emit(signal);
  t.same(did, ['drain'], 'once is enough');
  signals.leave();
  t.notOk(host.eventNames().includes('disconnect'), 'a listener of the channel would keep the process');
  host.emit('SIGHUP');
  t.same(did, ['drain']);
  host.emit('SIGINT');
  t.same(did, ['drain', 'exit 0']);
});

t.test('a parent takes SIGINT upon itself to the end', async (t) => {
  const { did, host, signals, start, endDrain } = setUp({ supervised: true });
  start();
  host.emit('SIGTERM');
  endDrain();
  await signals.drained;
  signals.leave();
  host.emit('SIGINT');
  t.same(did, ['drain']);
});

t.test('it gives the signals back', async (t) => {
  const { host, signals } = setUp();
  signals.release();
  t.same(host.eventNames(), []);
});
