import { deferred } from '@longhaul/testkit';
import t from 'tap';
import type { LinkConnection } from '../../src/links/link-connection.js';
import { PeerWay } from '../../src/links/peer-way.js';

const [URL, FALLBACK] = ['quic://a:1', 'tls://a:2'];

/** A connection that notes its close. */
function connection(name: string) {
  const closed: string[] = [];
  return { name, closed, connectMs: 1, close: (_code: number, reason: string) => closed.push(reason) };
}

/** A way whose dials the test answers. */
function way(options: { afterMs: number; retryMs?: number; fallback?: boolean }) {
  const dials: { url: string; signal: AbortSignal; answer: ReturnType<typeof deferred<LinkConnection>> }[] =
    [];
  const returned: unknown[] = [];
  const peer = { name: 'a', url: URL, address: { host: 'a', port: 1 } };
  const peerWay = new PeerWay({
    peer: options.fallback === false ? peer : { ...peer, fallback: FALLBACK },
    dialUrl: (url, signal) => {
      const answer = deferred<LinkConnection>();
      signal.addEventListener('abort', () => answer.reject(signal.reason));
      answer.promise.catch(() => {});
      dials.push({ url, signal, answer });
      return answer.promise;
    },
    afterMs: () => options.afterMs,
    retryMs: () => options.retryMs ?? 5,
    onFallback: () => {},
    onReturn: (each) => returned.push(each),
    nowMs: () => performance.now(),
  });
  return { peerWay, dials, returned };
}

const signal = () => new AbortController().signal;
const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const asLink = (each: object) => each as unknown as LinkConnection;

t.test('without a fallback only the url is dialled', async (t) => {
  const { peerWay, dials } = way({ afterMs: 0, fallback: false });
  const dialled = peerWay.dial(signal());
  dials[0]?.answer.reject(new Error('nobody'));
  await t.rejects(dialled, { message: 'nobody' });
  t.same(
    dials.map(({ url }) => url),
    [URL],
  );
});

t.test('a url that answers in time leaves the fallback alone', async (t) => {
  const { peerWay, dials } = way({ afterMs: 20 });
  const dialled = peerWay.dial(signal());
  const quic = connection('quic');
  dials[0]?.answer.resolve(asLink(quic));
  t.equal(await dialled, asLink(quic));
  await after(30);
  t.equal(dials.length, 1);
  t.same(quic.closed, []);
});

t.test(
  'the fallback is dialled after the time set, and the url that comes too late is given up',
  async (t) => {
    const { peerWay, dials } = way({ afterMs: 10 });
    const dialled = peerWay.dial(signal());
    t.equal(dials.length, 1, 'not at once');
    await after(20);
    t.equal(dials[1]?.url, FALLBACK);
    const tcp = connection('tcp');
    dials[1]?.answer.resolve(asLink(tcp));
    t.equal(await dialled, asLink(tcp));
    t.ok(dials[0]?.signal.aborted);
  },
);

t.test('time runs over attempts: a url that refuses is silent as well', async (t) => {
  const { peerWay, dials } = way({ afterMs: 30 });
  const first = peerWay.dial(signal());
  dials[0]?.answer.reject(new Error('refused'));
  await after(40);
  t.equal(dials[1]?.url, FALLBACK);
  dials[1]?.answer.reject(new Error('refused too'));
  await t.rejects(first, { message: 'refused' }, 'the error is that of the url');
  const second = peerWay.dial(signal());
  await after(5);
  t.equal(dials.length, 4, 'the next attempt dials both at once');
  dials[3]?.answer.resolve(asLink(connection('tcp')));
  await second;
});

t.test(
  'on the fallback the url is tried again and again, and the link returns when it answers',
  async (t) => {
    const { peerWay, dials, returned } = way({ afterMs: 0, retryMs: 5 });
    const dialled = peerWay.dial(signal());
    await after(5);
    const tcp = asLink(connection('tcp'));
    dials[1]?.answer.resolve(tcp);
    await dialled;
    peerWay.held(tcp);
    await after(15);
    t.equal(dials[2]?.url, URL);
    dials[2]?.answer.reject(new Error('still blocked'));
    await after(15);
    t.equal(dials[3]?.url, URL);
    const quic = asLink(connection('quic'));
    dials[3]?.answer.resolve(quic);
    await after(1);
    t.same(returned, [quic]);
    peerWay.held(quic);
    await after(15);
    t.equal(dials.length, 4, 'on the url nothing is tried');
  },
);

t.test('a try under way outlives the link: the peer may have closed it for the new one', async (t) => {
  const { peerWay, dials, returned } = way({ afterMs: 0, retryMs: 5 });
  const dialled = peerWay.dial(signal());
  await after(5);
  const tcp = asLink(connection('tcp'));
  dials[1]?.answer.resolve(tcp);
  await dialled;
  peerWay.held(tcp);
  await after(15);
  peerWay.lost();
  const quic = asLink(connection('quic'));
  dials[2]?.answer.resolve(quic);
  await after(1);
  t.same(returned, [quic]);
});

t.test('nothing is tried once there is no link or the relay stops', async (t) => {
  const { peerWay, dials } = way({ afterMs: 0, retryMs: 5 });
  const dialled = peerWay.dial(signal());
  await after(5);
  const tcp = asLink(connection('tcp'));
  dials[1]?.answer.resolve(tcp);
  await dialled;
  peerWay.held(tcp);
  peerWay.stop();
  await after(15);
  t.equal(dials.length, 2);
});

/** A connection with early data: nobody has answered on it yet. `answer` ends that. */
function earlyConnection() {
  const established = deferred<void>();
  const early = { closed: false, close: () => {}, connectMs: undefined, established: established.promise };
  const answer = (isThere: boolean) => {
    early.closed = !isThere;
    established.resolve();
    return after(0);
  };
  return { link: asLink(early), answer };
}

t.test('a link with early data is no answer of the url until the peer is heard', async (t) => {
  const { peerWay, dials } = way({ afterMs: 20 });
  const first = peerWay.dial(signal());
  const { link, answer } = earlyConnection();
  dials[0]?.answer.resolve(link);
  peerWay.held(await first);
  await after(30);
  await answer(false);
  peerWay.lost();
  void peerWay.dial(signal()).catch(() => {});
  await after(5);
  t.same(
    dials.map(({ url }) => url),
    [URL, URL, FALLBACK],
    'the silence counts from the first dial',
  );
});

t.test('an answer on a link with early data ends the silence', async (t) => {
  const { peerWay, dials } = way({ afterMs: 20 });
  const first = peerWay.dial(signal());
  const { link, answer } = earlyConnection();
  dials[0]?.answer.resolve(link);
  peerWay.held(await first);
  await answer(true);
  await after(30);
  peerWay.lost();
  void peerWay.dial(signal()).catch(() => {});
  await after(5);
  t.equal(dials.length, 2, 'the url has time again');
});

t.test('the fallback is not left for a url that takes early data and does not answer', async (t) => {
  const { peerWay, dials, returned } = way({ afterMs: 0, retryMs: 5 });
  const dialled = peerWay.dial(signal());
  await after(5);
  const tcp = asLink(connection('tcp'));
  dials[1]?.answer.resolve(tcp);
  await dialled;
  peerWay.held(tcp);
  await after(15);
  const dead = earlyConnection();
  dials[2]?.answer.resolve(dead.link);
  await dead.answer(false);
  t.same(returned, []);
  await after(15);
  const alive = earlyConnection();
  dials[3]?.answer.resolve(alive.link);
  await after(0);
  t.same(returned, [], 'not before its answer');
  await alive.answer(true);
  t.equal(returned[0], alive.link);
  peerWay.stop();
});
