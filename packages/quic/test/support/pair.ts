/** A connected pair over loopback UDP. */
import type { Teardown } from '@longhaul/testkit';
import {
  dial,
  type Identity,
  type LinkOptions,
  listen,
  type QuicConnection,
  type QuicListener,
} from '../../src/index.js';
import { Authority } from './authority.js';
import { UdpProxy } from './udp-proxy.js';

/** Both ends of a connection, neither attached. */
export interface QuicPair {
  readonly dialer: QuicConnection;
  readonly acceptor: QuicConnection;
  readonly listener: QuicListener;
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

export interface PairSetup extends LinkOptions {
  readonly identities: TestIdentities;
  /** Port to dial for the one listened on; the same without it. */
  readonly via?: (port: number) => Promise<number>;
  readonly earlyData?: boolean;
  readonly listener?: LinkOptions;
}

/** The center dials the edge. */
export async function connectPair(setup: PairSetup): Promise<QuicPair> {
  const { identities, via, listener: listenerOptions, ...options } = setup;
  let admit: (connection: QuicConnection) => void = () => {};
  const accepted = new Promise<QuicConnection>((resolve) => {
    admit = resolve;
  });
  const listener = await listen({
    ...options,
    ...listenerOptions,
    address: '127.0.0.1:0',
    identity: identities.edge,
    onConnection: (connection) => admit(connection),
  });
  const port = portOf(listener.address);
  const dialPort = via === undefined ? port : await via(port);
  const url = `quic://127.0.0.1:${dialPort}`;
  const dialer = await dial({ ...options, url, serverName: 'edge-1', identity: identities.center });
  const acceptor = await accepted;
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

/** The same over a hop that takes `hopMs` each way; all is closed when the test is over. */
export async function connectOverProxy(
  test: Teardown,
  { hopMs = 0, ...setup }: Omit<PairSetup, 'via'> & { readonly hopMs?: number },
): Promise<QuicPair & { readonly proxy: UdpProxy }> {
  let proxy: UdpProxy | undefined;
  const pair = await connectPair({
    ...setup,
    via: async (port) => {
      proxy = await UdpProxy.open(port, hopMs);
      return proxy.port;
    },
  });
  test.teardown(async () => {
    await pair.close();
    proxy?.close();
  });
  return { ...pair, proxy: proxy as UdpProxy };
}

export function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
