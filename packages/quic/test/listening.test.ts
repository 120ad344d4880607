import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@longhaul/testkit';
import t, { type Test } from 'tap';
import { dial, type ListenOptions, listen } from '../src/index.js';
import { connectPair, makeIdentities, portOf } from './support/pair.js';
import { UdpProxy } from './support/udp-proxy.js';

const { edge, center } = await makeIdentities();

/**
 * A listener, and dials to it through a hop that lets only some of its answers through. Who dials has neither a ticket nor
 * a token of an earlier test: a session that is resumed is a link at once, and no handshake any more.
 */
async function besieged(t: Test, limits: Partial<ListenOptions>) {
  const { edge: identity, center: dialer } = await makeIdentities();
  const listener = await listen({
    ...limits,
    address: '127.0.0.1:0',
    identity,
    onConnection: (connection) => connection.close(0, 'enough'),
  });
  const port = portOf(listener.address);
  const proxy = await UdpProxy.open(port);
  const abort = new AbortController();
  t.teardown(async () => {
    abort.abort();
    proxy.close();
    await listener.close();
  });
  const start = (to: number) =>
    dial({
      url: `quic://127.0.0.1:${to}`,
      serverName: 'edge-1',
      identity: dialer,
      connectTimeoutMs: 3_000,
      signal: abort.signal,
    });
  return {
    listener,
    proxy,
    /** Begins handshakes that the hop keeps from their end. */
    halfOpen: (count: number) => {
      for (let index = 0; index < count; index += 1) start(proxy.port).catch(() => {});
    },
    /** A whole handshake past the hop. */
    honest: () => start(port),
  };
}

t.test('with many handshakes half open a peer proves its address and is let in', async (t) => {
  const { listener, proxy, halfOpen, honest } = await besieged(t, { retryFrom: 5 });
  proxy.filterAnswers(() => false);
  halfOpen(9);
  await waitFor('five run, the others are to prove their address', () => listener.handshakes.retried >= 4);
  t.equal(listener.handshakes.running, 5, 'who does not receive at its address gets no further');
  const { retried } = listener.handshakes;
  const connection = await honest();
  t.ok(listener.handshakes.retried > retried);
  t.equal(listener.handshakes.refused, 0);
  connection.close(0, '');
});

t.test('one address that can be reached has its share of the handshakes', async (t) => {
  const { listener, proxy, halfOpen } = await besieged(t, { retryFrom: 0, maxHandshakesPerAddress: 3 });
  // The handshake's own packets are lost; RFC 9000 §17.2.5: long header, type 3.
  proxy.filterAnswers((bytes) => ((bytes[0] ?? 0) & 0xf0) === 0xf0);
  halfOpen(12);
  await waitFor('others are turned away', () => listener.handshakes.refused >= 3);
  await delay(50);
  t.equal(listener.handshakes.running, 3);
});

t.test('the port is free once the listener is closed and its connections have drained', async (t) => {
  const pair = await connectPair({ identities: { edge, center } });
  const { listener } = pair;
  const { address } = listener;
  const again = () => listen({ address, identity: edge, onConnection: () => {} });
  let free = false;
  void listener.released.then(() => {
    free = true;
  });
  await listener.close();
  await t.rejects(again(), { code: 'LH_TRANSPORT_IO' }, 'connections go on, on the same port');
  t.equal(free, false);
  pair.dialer.close(0, 'over');
  // Draining takes three probe time-outs, which follow the round trips of a busy machine.
  await waitFor('the port is free', () => free, { timeoutMs: 20_000 });
  await (await again()).close();
});

t.test('the port of a listener without connections is free at once', async (t) => {
  const { listener } = await besieged(t, {});
  await listener.close();
  const timeout = setTimeout(() => {}, 10_000);
  await listener.released;
  clearTimeout(timeout);
  const second = await listen({ address: listener.address, identity: edge, onConnection: () => {} });
  await second.close();
});

t.test('a peer that says nothing is given up early, one that answers slowly is not', async (t) => {
  // New ones: they have no token of an earlier connection, which would spare the Retry.
  const { edge: identity, center: dialer } = await makeIdentities();
  const listener = await listen({
    address: '127.0.0.1:0',
    identity,
    retryFrom: 0,
    onConnection: () => {},
  });
  const proxy = await UdpProxy.open(portOf(listener.address), 400);
  t.teardown(async () => {
    proxy.close();
    await listener.close();
  });
  const start = (silenceTimeoutMs: number) =>
    dial({
      url: `quic://127.0.0.1:${proxy.port}`,
      serverName: 'edge-1',
      identity: dialer,
      silenceTimeoutMs,
      connectTimeoutMs: 5_000,
    });
  // The Retry comes after 800 ms, before a first packet is sent again; the handshake takes as long again.
  const connection = await start(1_300);
  t.ok((connection.connectMs ?? 0) > 1_500);
  connection.close(0, '');
  proxy.filterAnswers(() => false);
  const startMs = performance.now();
  await t.rejects(start(1_300), { code: 'LH_TRANSPORT_TIMEOUT', message: /no answer within 1300 ms/ });
  t.ok(performance.now() - startMs < 3_000);
});
