import { setTimeout as delay } from 'node:timers/promises';
import { complianceSuite, type MakePair } from '@longhaul/transport/compliance';
import t from 'tap';
import { connectPair, makeIdentities } from './support/pair.js';
import { UdpProxy } from './support/udp-proxy.js';

const identities = await makeIdentities();

const makePair: MakePair = async (options) => {
  const proxies: UdpProxy[] = [];
  const pair = await connectPair({
    ...options,
    identities,
    keepAliveMs: 0,
    // The engine holds up to two congestion windows, and what it holds is overtaken by nothing that it does not hold:
    // the cases that bound what is under way need a window that cannot grow.
    controller: { algorithm: 'cubic', knobs: { max_cwnd: 32 * 1024 } },
    via: async (port) => {
      const proxy = await UdpProxy.open(port);
      proxies.push(proxy);
      return proxy.port;
    },
  });
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

const SETTLE_MS = 40;

await complianceSuite(t, makePair);
