import { deferred } from '@longhaul/testkit';
import type { Connection } from '@longhaul/transport';
import t from 'tap';
import { Dialer, waitMs } from '../../src/links/dialer.js';

const PEER = { name: 'center', url: 'quic://127.0.0.1:1', address: { host: '127.0.0.1', port: 1 } };

t.test('the wait doubles from the least to the most, half of it by chance', async (t) => {
  const backoff = { minMs: 100, maxMs: 1_000 };
  t.strictSame(
    [0, 1, 2, 3, 4, 5, 60].map((failures) => waitMs(failures, backoff, 1)),
    [100, 100, 200, 400, 800, 1_000, 1_000],
  );
  t.equal(waitMs(3, backoff, 0), 200);
  t.equal(waitMs(3, backoff, 0.5), 300);
});

t.test('dials again after a failure, with growing waits, until a link is there', async (t) => {
  const waits: number[] = [];
  const done = deferred<Connection>();
  let attempts = 0;
  const connection = {} as Connection;
  const dialer = new Dialer({
    peer: PEER,
    backoff: { minMs: 2, maxMs: 8 },
    dial: async () => {
      attempts += 1;
      if (attempts < 4) throw new Error('nobody there');
      return connection;
    },
    onConnection: (got) => done.resolve(got),
    onFailed: (_peer, error, retryMs) => {
      t.equal(error.message, 'nobody there');
      waits.push(retryMs);
    },
    random: () => 1,
  });
  dialer.start();
  t.equal(await done.promise, connection);
  t.strictSame(waits, [2, 4, 8]);
  t.equal(dialer.state, 'linked');
  dialer.stop();
});

t.test('a link that lived proves its peer: the next wait is the least one', async (t) => {
  let attempts = 0;
  const again = deferred();
  const dialer = new Dialer({
    peer: PEER,
    backoff: { minMs: 1, maxMs: 60_000 },
    dial: async () => {
      attempts += 1;
      if (attempts === 2) again.resolve();
      return {} as Connection;
    },
    onConnection: () => undefined,
    onFailed: () => undefined,
    random: () => 1,
  });
  dialer.start();
  await new Promise(setImmediate);
  for (let i = 0; i < 20; i += 1) dialer.linked();
  dialer.unlinked(10_000);
  await again.promise;
  t.equal(attempts, 2);
  dialer.stop();
});

t.test('a connection that comes after stop is closed', async (t) => {
  const dialled = deferred<Connection>();
  const closed = deferred<string>();
  const dialer = new Dialer({
    peer: PEER,
    backoff: { minMs: 1, maxMs: 1 },
    dial: () => dialled.promise,
    onConnection: () => t.fail('it was stopped'),
    onFailed: () => t.fail('it was stopped'),
    random: () => 1,
  });
  dialer.start();
  dialer.stop();
  dialled.resolve({
    close: (_code: number, reason: string) => closed.resolve(reason),
  } as unknown as Connection);
  t.equal(await closed.promise, 'not needed');
});

t.test('a link that the peer dialled ends the waiting', async (t) => {
  let attempts = 0;
  const dialer = new Dialer({
    peer: PEER,
    backoff: { minMs: 500, maxMs: 500 },
    dial: async () => {
      attempts += 1;
      throw new Error('no');
    },
    onConnection: () => undefined,
    onFailed: () => undefined,
    random: () => 1,
  });
  dialer.start();
  await new Promise(setImmediate);
  dialer.linked();
  await new Promise((resolve) => setTimeout(resolve, 600));
  t.equal(attempts, 1);
  t.equal(dialer.state, 'linked');
  dialer.stop();
});
