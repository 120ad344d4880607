import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { answerInCapitals, ask, attach } from '@longhaul/testkit';
import t, { type Test } from 'tap';
import {
  dial,
  Identity,
  type IdentityPem,
  listen,
  normalizeFingerprint,
  type QuicConnection,
  type Refusal,
} from '../src/index.js';
import { Authority, daysFromNow } from './support/authority.js';

/** A listener that notes what comes. */
async function edge(t: Test, identity: Identity) {
  const connections: QuicConnection[] = [];
  const refusals: Refusal[] = [];
  const heard = new EventTarget();
  const listener = await listen({
    address: '127.0.0.1:0',
    identity,
    onConnection: (connection) => {
      connections.push(connection);
      void answerInCapitals(connection);
      heard.dispatchEvent(new Event('connection'));
    },
    onRefused: (refusal) => {
      refusals.push(refusal);
      heard.dispatchEvent(new Event('refused'));
    },
  });
  t.teardown(async () => {
    for (const connection of connections) connection.close(0, 'test over');
    await listener.close();
  });
  return { url: `quic://${listener.address}`, connections, refusals, heard };
}

t.test('both ends learn the relay id in the certificate of the other', async (t) => {
  const authority = await Authority.create();
  const server = await edge(t, await authority.identity('edge-1'));
  const identity = await authority.identity('center-1');
  t.equal(identity.name, 'center-1');
  t.ok(identity.notAfter.getTime() > Date.now());
  const connection = await dial({ url: server.url, serverName: 'edge-1', identity });
  const ended = attach(connection);
  t.equal(connection.peer.name, 'edge-1');
  t.match(server.url, connection.peer.address);
  t.equal(await ask(connection, 'who?'), 'WHO?');
  t.equal(server.connections[0]?.peer.name, 'center-1');
  t.equal(server.connections[0]?.peer.address, connection.localAddress.replace('0.0.0.0', '127.0.0.1'));
  connection.close(7, 'bye');
  t.same(await ended, { by: 'local', code: 7, reason: 'bye' });
});

t.test('a certificate that is not accepted fails the dial with the reason and the name', async (t) => {
  const [authority, other] = [await Authority.create(), await Authority.create('another authority')];
  const good = await authority.identity('center-1');
  const mixed = { ...(await other.relay('center-1')), authorities: authority.pem };
  const stale = await authority.relay('center-1', { notBefore: daysFromNow(-3), notAfter: daysFromNow(-1) });
  const early = await authority.relay('center-1', { notBefore: daysFromNow(1) });
  const cases = [
    {
      name: 'wrong name',
      edge: await authority.identity('edge-2'),
      center: good,
      says: /relay "edge-1".*certificate of relay "edge-2": not for the name "edge-1"/,
    },
    {
      name: 'expired server',
      edge: new Identity(
        await authority.relay('edge-1', { notBefore: daysFromNow(-3), notAfter: daysFromNow(-1) }),
      ),
      center: good,
      says: /certificate of relay "edge-1": expired \d+ s ago/,
    },
    {
      name: 'server of an unknown authority',
      edge: await other.identity('edge-1'),
      center: good,
      says: /certificate of relay "edge-1": not signed by an authority we trust/,
    },
    {
      name: 'client of an unknown authority',
      edge: await authority.identity('edge-1'),
      center: new Identity(mixed),
      says: /refused us.*certificate of relay "center-1": not signed by an authority/,
    },
    {
      name: 'expired client',
      edge: await authority.identity('edge-1'),
      center: new Identity(stale),
      says: /refused us.*certificate of relay "center-1": expired/,
    },
    {
      name: 'client not valid yet',
      edge: await authority.identity('edge-1'),
      center: new Identity(early),
      says: /refused us.*certificate of relay "center-1": valid only in/,
    },
  ];
  const [revoked, trusting] = [await authority.relay('center-1'), await authority.identity('edge-1')];
  trusting.revoke([fingerprintOf(revoked)]);
  cases.push({
    name: 'revoked client',
    edge: trusting,
    center: new Identity(revoked),
    says: /refused us.*certificate of relay "center-1": revoked/,
  });
  for (const each of cases) {
    await t.test(each.name, async (t) => {
      const server = await edge(t, each.edge);
      const refused = once(server.heard, 'refused');
      await dialUntilRefused(t, server.url, each.center, each.says);
      await refused;
      t.equal(server.refusals[0]?.error.code, 'LH_TRANSPORT_TLS');
      t.match(server.refusals[0]?.address, /^127\.0\.0\.1:\d+$/);
      t.equal(server.connections.length, 0, 'the listener hands over nobody');
    });
  }
});

t.test('a revoked server is refused, its successor of the same name is not', async (t) => {
  const authority = await Authority.create();
  const [old, successor] = [await authority.relay('edge-1'), await authority.relay('edge-1')];
  const identity = await authority.identity('center-1');
  identity.revoke([fingerprintOf(old)]);
  const server = await edge(t, new Identity(old));
  await t.rejects(dial({ url: server.url, serverName: 'edge-1', identity }), {
    code: 'LH_TRANSPORT_TLS',
    message: /certificate of relay "edge-1": revoked/,
  });
  const next = await edge(t, new Identity(successor));
  const connection = await dial({ url: next.url, serverName: 'edge-1', identity });
  t.equal(connection.peerFingerprint, normalizeFingerprint(fingerprintOf(successor)));
  void attach(connection);
  connection.close(0, '');
  t.throws(() => identity.revoke(['12:34']), RangeError);
});

/** As openssl prints it. */
function fingerprintOf({ certificate }: IdentityPem): string {
  return new X509Certificate(certificate).fingerprint256;
}

/** A client learns only after its own handshake that its certificate was refused: then the connection ends. */
async function dialUntilRefused(t: Test, url: string, identity: Identity, says: RegExp): Promise<void> {
  try {
    const connection = await dial({ url, serverName: 'edge-1', identity });
    const info = await attach(connection);
    if (info.by !== 'transport') throw new Error(`closed by ${info.by}`);
    throw info.error;
  } catch (error) {
    t.match(error, { name: 'TransportError', code: 'LH_TRANSPORT_TLS' });
    t.match(String(error), says);
  }
}

t.test('reload changes what new handshakes use and leaves open connections alone', async (t) => {
  const [before, after] = [await Authority.create('old'), await Authority.create('new')];
  const identity = await before.identity('edge-1');
  const server = await edge(t, identity);
  const old = await dial({
    url: server.url,
    serverName: 'edge-1',
    identity: await before.identity('center-1'),
  });
  void attach(old);
  t.equal(await ask(old, 'before'), 'BEFORE');

  identity.reload(await after.relay('edge-1'));
  const renewed = await dial({
    url: server.url,
    serverName: 'edge-1',
    identity: await after.identity('center-2'),
  });
  void attach(renewed);
  t.equal(await ask(renewed, 'new keys'), 'NEW KEYS');
  t.equal(await ask(old, 'still here'), 'STILL HERE');
  t.same(
    server.connections.map(({ peer }) => peer.name),
    ['center-1', 'center-2'],
  );
  await t.rejects(
    dial({ url: server.url, serverName: 'edge-1', identity: await before.identity('center-3') }),
    { code: 'LH_TRANSPORT_TLS' },
    'the old authority is not enough any more',
  );
  old.close(0, '');
  renewed.close(0, '');
});

t.test('a bad reload throws and changes nothing', async (t) => {
  const authority = await Authority.create();
  const good = await authority.relay('edge-1');
  const identity = new Identity(good);
  const foreign = await authority.relay('edge-9');
  t.throws(() => identity.reload({ ...good, key: foreign.key }), { code: 'LH_QUIC_IDENTITY' });
  t.throws(() => identity.reload({ ...good, certificate: 'nonsense' }), { code: 'LH_QUIC_IDENTITY' });
  t.equal(identity.name, 'edge-1');
  const server = await edge(t, identity);
  const connection = await dial({
    url: server.url,
    serverName: 'edge-1',
    identity: await authority.identity('center-1'),
  });
  void attach(connection);
  t.equal(await ask(connection, 'fine'), 'FINE');
  connection.close(0, '');
});

t.test('parts that cannot be an identity are refused with the part that is wrong', async (t) => {
  const authority = await Authority.create();
  const good = await authority.relay('edge-1');
  for (const [part, bad] of Object.entries({ certificate: '', key: 'x', authorities: '\n' })) {
    t.throws(() => new Identity({ ...good, [part]: bad }), {
      code: 'LH_QUIC_IDENTITY',
      message: new RegExp(`^${part}: `),
    });
  }
});

t.test('nobody there is a time-out with the address in it', async (t) => {
  const authority = await Authority.create();
  const identity = await authority.identity('center-1');
  await t.rejects(dial({ url: 'quic://127.0.0.1:9', serverName: 'edge-1', identity, connectTimeoutMs: 50 }), {
    code: 'LH_TRANSPORT_TIMEOUT',
    message: 'relay "edge-1" at 127.0.0.1:9: no answer within 50 ms',
  });
  const signal = AbortSignal.timeout(20);
  await t.rejects(dial({ url: 'quic://127.0.0.1:9', serverName: 'edge-1', identity, signal }), {
    name: 'TimeoutError',
  });
});

t.test('what is no URL or no address is refused', async (t) => {
  const identity = await (await Authority.create()).identity('center-1');
  for (const url of ['http://127.0.0.1:1', 'quic://127.0.0.1', 'nonsense']) {
    await t.rejects(dial({ url, serverName: 'edge-1', identity }), TypeError, url);
  }
  await t.rejects(listen({ address: '127.0.0.1', identity, onConnection() {} }), TypeError);
  await t.rejects(listen({ address: '192.0.2.1:0', identity, onConnection() {} }), {
    code: 'LH_TRANSPORT_IO',
  });
});
