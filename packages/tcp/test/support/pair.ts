/** A connected pair over loopback TCP. */
import type { Identity } from '@longhaul/quic';
import type { Listener } from '@longhaul/transport';
import { type DialOptions, dial, type ListenOptions, listen, type TcpLink } from '../../src/index.js';
import { Authority } from './authority.js';

/** Both ends of a connection, neither attached. */
export interface TcpPair {
  readonly dialer: TcpLink;
  readonly acceptor: TcpLink;
  readonly listener: Listener;
  close(): Promise<void>;
}

/** Identities that last for a test file. */
export interface TestIdentities {
  readonly edge: Identity;
  readonly center: Identity;
}

export async function makeIdentities(): Promise<TestIdentities> {
  const authority = await Authority.create();
  return { edge: await authority.identity('edge-1'), center: await authority.identity('center-1') };
}

export type PairSetup = Partial<Omit<ListenOptions & DialOptions, 'url' | 'address' | 'identity'>> & {
  readonly identities: TestIdentities;
  /** Port to dial for the one listened on; the same without it. */
  readonly via?: (port: number) => Promise<number>;
};

/** The center dials the edge. Both know each other's limits. */
export async function connectPair(setup: PairSetup): Promise<TcpPair> {
  const { identities, via, ...options } = setup;
  let admit: (connection: TcpLink) => void = () => {};
  const accepted = new Promise<TcpLink>((resolve) => {
    admit = resolve;
  });
  const listener = await listen({
    ...options,
    address: '127.0.0.1:0',
    identity: identities.edge,
    onConnection: (connection) => admit(connection),
  });
  const port = portOf(listener.address);
  const url = `tls://127.0.0.1:${via === undefined ? port : await via(port)}`;
  const dialer = await dial({ ...options, url, serverName: 'edge-1', identity: identities.center });
  const acceptor = await accepted;
  await Promise.all([dialer.established, acceptor.established]);
  return {
    dialer,
    acceptor,
    listener,
    close: async () => {
      dialer.close(0, 'test over');
      acceptor.close(0, 'test over');
      await listener.close();
    },
  };
}

export function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
