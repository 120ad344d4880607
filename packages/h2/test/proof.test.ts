import { X509Certificate } from 'node:crypto';
import { Identity, type Refusal } from '@longhaul/quic';
import { waitFor } from '@longhaul/testkit';
import type { CloseInfo } from '@longhaul/transport';
import t, { type Test } from 'tap';
import { dial, type H2Link, listen } from '../src/index.js';
import { Authority, daysFromNow } from './support/authority.js';

async function edge(t: Test, identity: Identity) {
  const connections: H2Link[] = [];
  const refusals: Refusal[] = [];
  const listener = await listen({
    address: '127.0.0.1:0',
    identity,
    onConnection: (connection) => connections.push(connection),
    onRefused: (refusal) => refusals.push(refusal),
  });
  t.teardown(async () => {
    for (const connection of connections) connection.close(0, '');
    await listener.close();
  });
  return { url: `h2://${listener.address}`, connections, refusals };
}

/** How an attempt to link ends. */
async function ending(url: string, identity: Identity): Promise<Error | CloseInfo> {
  try {
    const link = await dial({ url, serverName: 'edge-1', identity });
    return await new Promise((onClosed) => {
      link.attach({ onUniStream() {}, onBidiStream() {}, onDatagram() {}, onClosed });
    });
  } catch (error) {
    return error as Error;
  }
}

t.test('a server that is not the relay that was dialled is refused', async (t) => {
  const [authority, other] = [await Authority.create(), await Authority.create('another')];
  const center = await authority.identity('center-1');
  const stale = { notBefore: daysFromNow(-3), notAfter: daysFromNow(-1) };
  const revoked = await authority.relay('edge-1');
  const revoking = await authority.identity('center-1');
  revoking.revoke([new X509Certificate(revoked.certificate).fingerprint256]);
  for (const [server, client, says] of [
    [await authority.identity('edge-2'), center, /not for the name "edge-1"/],
    [await other.identity('edge-1'), center, /not signed by an authority/],
    [new Identity(await authority.relay('edge-1', stale)), center, /expired/],
    [new Identity(revoked), revoking, /revoked/],
  ] as const) {
    const { url, connections } = await edge(t, server);
    t.match(await ending(url, client), { code: 'LH_TRANSPORT_TLS', message: says });
    t.equal(connections.length, 0);
  }
});

t.test('a client that proves nothing good is not handed over', async (t) => {
  const [authority, other] = [await Authority.create(), await Authority.create('another')];
  const good = await authority.relay('center-1');
  const stale = { notBefore: daysFromNow(-3), notAfter: daysFromNow(-1) };
  const server = await authority.identity('edge-1');
  server.revoke([new X509Certificate(good.certificate).fingerprint256]);
  const clients = [
    [new Identity(good), /revoked/],
    [new Identity({ ...(await other.relay('center-1')), authorities: authority.pem }), /not signed by/],
    [new Identity(await authority.relay('center-1', stale)), /expired/],
  ] as const;
  for (const [client, says] of clients) {
    const { url, connections, refusals } = await edge(t, server);
    const end = await ending(url, client);
    t.ok(end instanceof Error || end.by === 'transport', 'the link ends');
    await waitFor('the listener tells', () => refusals.length > 0);
    t.match(refusals[0], { error: { code: 'LH_TRANSPORT_TLS', message: says } });
    t.equal(connections.length, 0);
  }
});

t.test('nobody there is told as such', async (t) => {
  const identity = await (await Authority.create()).identity('center-1');
  t.match(await ending('h2://127.0.0.1:9', identity), { code: 'LH_TRANSPORT_REFUSED' });
  await t.rejects(dial({ url: 'tls://127.0.0.1:9', serverName: 'edge-1', identity }), TypeError);
});
