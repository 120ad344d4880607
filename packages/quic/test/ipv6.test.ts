import { networkInterfaces } from 'node:os';
import { answerInCapitals, ask, attach } from '@longhaul/testkit';
import t from 'tap';
import { dial, listen, type QuicConnection } from '../src/index.js';
import { makeIdentities, portOf } from './support/pair.js';

const identities = await makeIdentities();
const skip = networkInterfaces().lo?.some(({ address }) => address === '::1')
  ? false
  : 'this machine has no IPv6';

for (const { listened, dialled, seen } of [
  { listened: '[::1]:0', dialled: '[::1]', seen: /^\[::1\]:\d+$/ },
  { listened: '[::]:0', dialled: '[::1]', seen: /^\[::1\]:\d+$/ },
  { listened: '[::]:0', dialled: '127.0.0.1', seen: /^127\.0\.0\.1:\d+$/ },
]) {
  t.test(`listening on ${listened}, dialled at ${dialled}`, { skip }, async (t) => {
    let admit: (connection: QuicConnection) => void = () => {};
    const accepted = new Promise<QuicConnection>((resolve) => {
      admit = resolve;
    });
    const listener = await listen({
      address: listened,
      identity: identities.edge,
      onConnection: (connection) => admit(connection),
    });
    const url = `quic://${dialled}:${portOf(listener.address)}`;
    const dialer = await dial({ url, serverName: 'edge-1', identity: identities.center });
    const acceptor = await accepted;
    t.teardown(async () => {
      dialer.close(0, 'over');
      acceptor.close(0, 'over');
      await listener.close();
    });
    void attach(dialer);
    void answerInCapitals(acceptor);
    t.equal(await ask(dialer, 'six'), 'SIX');
    t.match(acceptor.peer.address, seen, 'the acceptor knows the dialer by its plain address');
    t.match(dialer.peer.address, `${dialled}:${portOf(listener.address)}`);
  });
}

t.test('a dialer of an address without a listener is told, over IPv6 as well', { skip }, async (t) => {
  const listener = await listen({ address: '[::1]:0', identity: identities.edge, onConnection: () => {} });
  const url = `quic://${listener.address}`;
  await listener.close();
  await t.rejects(dial({ url, serverName: 'edge-1', identity: identities.center, connectTimeoutMs: 500 }), {
    code: /^LH_TRANSPORT_(TIMEOUT|REFUSED|IO)$/,
  });
});
