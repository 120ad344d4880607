import { setTimeout as delay } from 'node:timers/promises';
import { listen as listenQuic } from '@longhaul/quic';
import {
  COMPLIANCE_CASES,
  DEFAULT_PAIR_OPTIONS,
  type PairOptions,
  runCase,
} from '@longhaul/transport/compliance';
import t from 'tap';
import { dialTunnel, listenTunnel, type MuxLink } from '../src/index.js';
import { makeIdentities } from './support/pair.js';

const identities = await makeIdentities();

async function tunnel(options: PairOptions) {
  let admit: (connection: MuxLink) => void = () => {};
  const accepted = new Promise<MuxLink>((resolve) => {
    admit = resolve;
  });
  const common = { ...options, keepAliveMs: 0, datagramQueueBytes: 64 * 1024 };
  const listener = await listenTunnel({
    ...common,
    address: '127.0.0.1:0',
    identity: identities.edge,
    onConnection: (connection) => admit(connection),
  });
  const url = `quic+tunnel://${listener.address}`;
  const dialer = await dialTunnel({ ...common, url, serverName: 'edge-1', identity: identities.center });
  const acceptor = await accepted;
  await Promise.all([dialer.established, acceptor.established]);
  const close = async () => {
    dialer.close(0, 'test over');
    acceptor.close(0, 'test over');
    await listener.close();
  };
  return { dialer, acceptor, close };
}

/** Nothing between the two ends can be cut here: the case of the vanished peer is the QUIC transport's own. */
const cases = COMPLIANCE_CASES.filter(({ name }) => !name.includes('vanishes'));

t.test('a tunnel keeps the contract of a link', async (t) => {
  t.equal(cases.length, COMPLIANCE_CASES.length - 1);
  for (const behaviour of cases) {
    await t.test(behaviour.name, async (t) => {
      await runCase(t, behaviour, async (options) => {
        const pair = await tunnel(options);
        return { ...pair, vanish: () => {}, settle: () => delay(60) };
      });
    });
  }
});

t.test('all streams of a link are one stream of QUIC', async (t) => {
  const { dialer, acceptor, close } = await tunnel(DEFAULT_PAIR_OPTIONS);
  t.equal(dialer.transport, 'quic-tunnel');
  t.equal(dialer.peer.name, 'edge-1');
  t.equal(acceptor.peer.name, 'center-1');
  t.ok(dialer.connectMs > 0 && /^[0-9a-f]{64}$/.test(dialer.peerFingerprint));
  await close();
});

t.test('a plain QUIC listener is no tunnel', async (t) => {
  const listener = await listenQuic({
    address: '127.0.0.1:0',
    identity: identities.edge,
    onConnection: (connection) =>
      connection.attach({
        onUniStream: (stream) => stream.stop(1),
        onBidiStream: ({ send, receive }) => {
          send.reset(1);
          receive.stop(1);
        },
        onDatagram: () => {},
        onClosed: () => {},
      }),
  });
  const url = `quic+tunnel://${listener.address}`;
  const link = await dialTunnel({ url, serverName: 'edge-1', identity: identities.center });
  const info = await new Promise((onClosed) => {
    link.attach({ onUniStream() {}, onBidiStream() {}, onDatagram() {}, onClosed });
  });
  t.match(info, { by: 'transport', error: { code: 'LH_TRANSPORT_IO' } });
  await listener.close();
});
