import { setTimeout as delay } from 'node:timers/promises';
import { TcpProxy } from '@longhaul/testkit';
import { complianceSuite, type MakePair } from '@longhaul/transport/compliance';
import t from 'tap';
import { connectPair, makeIdentities } from './support/pair.js';

const identities = await makeIdentities();

const makePair: MakePair = async (options) => {
  const proxies: TcpProxy[] = [];
  const via = async (port: number) => {
    const proxy = await TcpProxy.open(port);
    proxies.push(proxy);
    return proxy.port;
  };
  const limits = { ...options, keepAliveMs: 0, datagramQueueBytes: 64 * 1024 };
  const pair = await connectPair(identities, via, limits);
  return {
    dialer: pair.dialer,
    acceptor: pair.acceptor,
    vanish: () => {
      for (const proxy of proxies) proxy.vanish();
    },
    settle: () => delay(SETTLE_MS),
    close: async () => {
      await pair.close();
      for (const proxy of proxies) proxy.close();
    },
  };
};

const SETTLE_MS = 60;

await complianceSuite(t, makePair);
