import { setTimeout as delay } from 'node:timers/promises';
import { answerInCapitals, ask, attach } from '@longhaul/testkit';
import t from 'tap';
import { Identity, listen } from '../src/index.js';
import { Authority } from './support/authority.js';
import { connectOverProxy, portOf } from './support/pair.js';

const authority = await Authority.create();
/** The edge's PEM texts, of which two identities are made: one for each life of the relay. */
const edgePem = await authority.relay('edge-1');
const identities = { edge: new Identity(edgePem), center: await authority.identity('center-1') };

t.test("a peer's port that changes keeps the connection, with no gap and no reconnect", async (t) => {
  const { dialer, acceptor, proxy } = await connectOverProxy(t, { identities });
  void attach(dialer);
  void answerInCapitals(acceptor);
  t.equal(await ask(dialer, 'before'), 'BEFORE');
  const seen = new Set([acceptor.peer.address]);
  const tookMs: number[] = [];
  for (let round = 0; round < 5; round++) {
    proxy.rebind();
    const startMs = performance.now();
    t.equal(await ask(dialer, `round ${round}`), `ROUND ${round}`);
    tookMs.push(performance.now() - startMs);
    seen.add(acceptor.peer.address);
  }
  // A gap would come with every rebinding, a delay of a busy machine with few.
  const median = tookMs.sort((a, b) => a - b)[2] ?? Number.NaN;
  t.ok(median < 300, `half of the answers after a rebinding took ${median.toFixed(0)} ms at most`);
  t.equal(seen.size, 6, 'the acceptor follows each new address');
  t.notOk(dialer.closed || acceptor.closed);
});

t.test('a relay that was killed and is back ends its old links at once', async (t) => {
  const { dialer, acceptor, proxy } = await connectOverProxy(t, { identities });
  const ended = attach(dialer);
  void answerInCapitals(acceptor);
  t.equal(await ask(dialer, 'before'), 'BEFORE');
  // The same private key, another endpoint that knows of no link: what a restarted relay is.
  const restarted = await listen({
    address: '127.0.0.1:0',
    identity: new Identity(edgePem),
    onConnection: () => {},
  });
  t.teardown(() => restarted.close());
  await delay(50);
  proxy.redirect(portOf(restarted.address));
  proxy.rebind();
  const startMs = performance.now();
  dialer.openBidi({ priority: 0 }).send.write([Buffer.from('to nobody')]);
  const info = await ended;
  const tookMs = performance.now() - startMs;
  t.match(info, {
    by: 'transport',
    error: { code: 'LH_TRANSPORT_IO', message: /does not know the connection any more/ },
  });
  t.ok(tookMs < 1_000, `it took ${tookMs.toFixed(0)} ms, the idle time-out is 10 s`);
});
