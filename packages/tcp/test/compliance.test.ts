import { setTimeout as delay } from 'node:timers/promises';
import { TcpProxy } from '@longhaul/testkit';
import { complianceSuite, type MakePair } from '@longhaul/transport/compliance';
import t from 'tap';
import type { Schedule } from '../src/index.js';
import { connectPair, makeIdentities } from './support/pair.js';

const identities = await makeIdentities();

function pairs(schedule: Schedule): MakePair {
  return async (options) => {
    const proxies: TcpProxy[] = [];
    const pair = await connectPair({
      ...options,
      schedule,
      identities,
      keepAliveMs: 0,
      datagramQueueBytes: 64 * 1024,
      via: async (port) => {
        const proxy = await TcpProxy.open(port);
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
}

const SETTLE_MS = 40;

await complianceSuite(t, pairs('priority'));
