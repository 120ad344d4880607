/** A connected pair over loopback. */
import type { Identity } from '@longhaul/quic';
import { dial, type H2Link, listen } from '../../src/index.js';
import { Authority } from './authority.js';

/** Identities that last for a test file. */
export async function makeIdentities(): Promise<{ edge: Identity; center: Identity }> {
  const authority = await Authority.create();
  return { edge: await authority.identity('edge-1'), center: await authority.identity('center-1') };
}

type Setup = Omit<Parameters<typeof listen>[0], 'address' | 'identity' | 'onConnection'>;

/** The center dials the edge, by `via`. Both know each other's limits. */
export async function connectPair(
  identities: { edge: Identity; center: Identity },
  via: (port: number) => Promise<number>,
  options: Setup,
): Promise<{ dialer: H2Link; acceptor: H2Link; close(): Promise<void> }> {
  let admit: (connection: H2Link) => void = () => {};
  const accepted = new Promise<H2Link>((resolve) => {
    admit = resolve;
  });
  const listener = await listen({
    ...options,
    address: '127.0.0.1:0',
    identity: identities.edge,
    onConnection: (connection) => admit(connection),
  });
  const port = await via(Number(listener.address.split(':')[1]));
  const url = `h2://127.0.0.1:${port}`;
  const dialer = await dial({ ...options, url, serverName: 'edge-1', identity: identities.center });
  const acceptor = await accepted;
  await Promise.all([dialer.established, acceptor.established]);
  return {
    dialer,
    acceptor,
    close: async () => {
      dialer.close(0, 'test over');
      acceptor.close(0, 'test over');
      await listener.close();
    },
  };
}
