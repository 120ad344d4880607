import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Identity, type IdentityPem, normalizeFingerprint, type Refusal } from '@longhaul/quic';
import { answerInCapitals, ask, attach, waitFor } from '@longhaul/testkit';
import t, { type Test } from 'tap';
import { dial, listen, type TcpLink } from '../src/index.js';
import { Authority, daysFromNow } from './support/authority.js';
import { portOf } from './support/pair.js';

/** A listener that notes what comes and answers. */
async function edge(t: Test, identity: Identity) {
  const connections: TcpLink[] = [];
  const refusals: Refusal[] = [];
  const listener = await listen({
    address: '127.0.0.1:0',
    identity,
    onConnection: (connection) => {
      connections.push(connection);
      void answerInCapitals(connection);
    },
    onRefused: (refusal) => refusals.push(refusal),
  });
  t.teardown(async () => {
    for (const connection of connections) connection.close(0, 'test over');
    await listener.close();
  });
  return { listener, url: `tls://${listener.address}`, connections, refusals };
}

const connect = (url: string, identity: Identity, more: Partial<Parameters<typeof dial>[0]> = {}) =>
  dial({ url, serverName: 'edge-1', identity, ...more });

t.test('both ends learn the relay id in the certificate of the other', async (t) => {
  const authority = await Authority.create();
  const server = await edge(t, await authority.identity('edge-1'));
  const connection = await connect(server.url, await authority.identity('center-1'));
  const ended = attach(connection);
  t.equal(connection.peer.name, 'edge-1');
  t.equal(await ask(connection, 'who?'), 'WHO?');
  t.equal(server.connections[0]?.peer.name, 'center-1');
  t.ok(connection.connectMs > 0 && (server.connections[0]?.connectMs ?? 0) > 0);
  t.equal(connection.transport, 'tcp');
  connection.close(7, 'bye');
  t.same(await ended, { by: 'local', code: 7, reason: 'bye' });
});

t.test('a certificate that is not accepted fails the dial, at either end', async (t) => {
  const [authority, other] = [await Authority.create(), await Authority.create('another authority')];
  const good = await authority.identity('center-1');
  const stale = { notBefore: daysFromNow(-3), notAfter: daysFromNow(-1) };
  const revoked = await authority.relay('center-1');
  const revoking = await authority.identity('edge-1');
  revoking.revoke([fingerprintOf(revoked)]);
  const cases = [
    {
      name: 'wrong name',
      edge: await authority.identity('edge-2'),
      center: good,
      says: /not for the name "edge-1"/,
    },
    {
      name: 'expired server',
      edge: new Identity(await authority.relay('edge-1', stale)),
      center: good,
      says: /expired/,
    },
    {
      name: 'server of an unknown authority',
      edge: await other.identity('edge-1'),
      center: good,
      says: /edge-1.*not signed by an authority we trust/,
    },
    {
      name: 'client of an unknown authority',
      edge: await authority.identity('edge-1'),
      center: new Identity({ ...(await other.relay('center-1')), authorities: authority.pem }),
      says: /"center-1": not signed by an authority we trust/,
    },
    {
      name: 'expired client',
      edge: await authority.identity('edge-1'),
      center: new Identity(await authority.relay('center-1', stale)),
      says: /"center-1": expired/,
    },
    { name: 'revoked client', edge: revoking, center: new Identity(revoked), says: /"center-1": revoked/ },
  ];
  for (const each of cases) {
    await t.test(each.name, async (t) => {
      const server = await edge(t, each.edge);
      const error = await failure(server.url, each.center);
      t.match(error, { name: 'TransportError', code: 'LH_TRANSPORT_TLS' });
      t.match(error.message, each.says);
      await waitFor('the listener tells', () => server.refusals.length > 0);
      t.equal(server.connections.length, 0, 'and hands over nobody');
    });
  }
});

t.test('a session is resumed, unless a full handshake is asked for', async (t) => {
  const authority = await Authority.create();
  const server = await edge(t, await authority.identity('edge-1'));
  const identity = await authority.identity('center-1');
  const full = await connect(server.url, identity);
  t.equal(full.resumed, false);
  await finish(full);
  const resumed = await connect(server.url, identity);
  t.equal(resumed.resumed, true);
  t.equal(resumed.peerFingerprint, full.peerFingerprint, 'the certificate of the first handshake counts');
  await finish(resumed);
  t.equal(server.connections[1]?.resumed, true);
  t.equal(server.connections[1]?.peer.name, 'center-1');
  const again = await connect(server.url, identity, { resume: false });
  t.equal(again.resumed, false);
  await finish(again);
});

t.test(
  'a session helps no peer that is revoked since, nor one of an authority no longer trusted',
  async (t) => {
    const [authority, other] = [await Authority.create(), await Authority.create('another')];
    const [edgeIdentity, pem] = [await authority.identity('edge-1'), await authority.relay('center-1')];
    const server = await edge(t, edgeIdentity);
    const identity = new Identity(pem);
    await finish(await connect(server.url, identity));
    edgeIdentity.revoke([fingerprintOf(pem)]);
    t.match((await failure(server.url, identity)).message, /revoked/);
    edgeIdentity.revoke([]);
    await finish(await connect(server.url, identity));
    edgeIdentity.reload(await other.relay('edge-1'));
    t.match(await failure(server.url, identity), { code: 'LH_TRANSPORT_TLS' });
    const renewed = await connect(server.url, await other.identity('center-1'));
    t.equal(renewed.resumed, false);
    await finish(renewed);
  },
);

t.test('reload changes what new handshakes use and leaves open connections alone', async (t) => {
  const authority = await Authority.create();
  const identity = await authority.identity('edge-1');
  const server = await edge(t, identity);
  const center = await authority.identity('center-1');
  const old = await connect(server.url, center);
  void attach(old);
  const renewedPem = await authority.relay('edge-1');
  identity.reload(renewedPem);
  const renewed = await connect(server.url, center, { resume: false });
  t.equal(renewed.peerFingerprint, normalizeFingerprint(fingerprintOf(renewedPem)));
  await finish(renewed);
  t.equal(await ask(old, 'still here'), 'STILL HERE');
  old.close(0, '');
});

t.test('who speaks another protocol, or none, does not get in and does not stay', async (t) => {
  const authority = await Authority.create();
  const server = await edge(t, await authority.identity('edge-1'));
  const port = portOf(server.listener.address);
  const plain = connectTcp(port, '127.0.0.1');
  plain.end('GET / HTTP/1.1\r\n\r\n');
  plain.on('error', () => {});
  await once(plain, 'close');
  const { certificate: cert, key, authorities: ca } = await authority.relay('center-1');
  const options = { port, host: '127.0.0.1', cert, key, ca, servername: 'edge-1' } as object;
  const silent = connectTls({ ...options, ALPNProtocols: [] });
  silent.on('error', () => {});
  silent.resume();
  await once(silent, 'close');
  const old = connectTls({ ...options, maxVersion: 'TLSv1.2', ALPNProtocols: ['longhaul-tcp/1'] });
  const [error] = (await once(old, 'error')) as [Error];
  t.match(error.message, /protocol version/i, 'TLS 1.2 is refused');
  await waitFor('all are told', () => server.refusals.length >= 3);
  t.equal(server.connections.length, 0);
});

t.test('nobody there, a bad algorithm and a bad address are told apart', async (t) => {
  const identity = await (await Authority.create()).identity('center-1');
  await t.rejects(connect('tls://127.0.0.1:9', identity), { code: 'LH_TRANSPORT_REFUSED' });
  const silent = createServer((socket) => socket.on('error', () => {}));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.teardown(() => silent.close());
  const nobody = `tls://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  await t.rejects(connect(nobody, identity, { connectTimeoutMs: 50 }), {
    code: 'LH_TRANSPORT_TIMEOUT',
    message: /relay "edge-1" at 127\.0\.0\.1:\d+: no answer within 50 ms/,
  });
  await t.rejects(connect(nobody, identity, { signal: AbortSignal.timeout(20) }), { name: 'TimeoutError' });
  for (const url of ['quic://127.0.0.1:1', 'tls://127.0.0.1', 'tls://:1', 'nonsense'])
    await t.rejects(connect(url, identity), TypeError, url);
  const listening = { identity, onConnection() {} };
  await t.rejects(listen({ ...listening, address: '127.0.0.1' }), TypeError);
  await t.rejects(listen({ ...listening, address: '192.0.2.1:0' }), { code: 'LH_TRANSPORT_IO' });
  await t.rejects(listen({ ...listening, address: '127.0.0.1:0', congestion: 'nonsense' }), {
    code: 'LH_QUIC_TCP_UNKNOWN',
  });
  await t.rejects(listen({ ...listening, address: '127.0.0.1:0', streamWindowBytes: 1_000 }), RangeError);
});

/** As openssl prints it. */
function fingerprintOf({ certificate }: IdentityPem): string {
  return new X509Certificate(certificate).fingerprint256;
}

/** Asks once, so that tickets have come, and closes. */
async function finish(connection: TcpLink): Promise<void> {
  const ended = attach(connection);
  await ask(connection, 'tickets, please');
  connection.close(0, '');
  await ended;
}

/** A client learns only after its own handshake that its certificate was refused: then the connection ends. */
async function failure(url: string, identity: Identity): Promise<Error> {
  try {
    const info = await attach(await connect(url, identity));
    return info.by === 'transport' ? info.error : new Error(`closed by ${info.by}`);
  } catch (error) {
    return error as Error;
  }
}
