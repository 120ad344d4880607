/** Run as a process of its own by process.test.ts: what one argument names, then prints a line of JSON. */
import { setTimeout as delay } from 'node:timers/promises';
import { answerInCapitals, ask, attach } from '@longhaul/testkit';
import type { CloseInfo } from '@longhaul/transport';
import { QuicLink } from '../../src/connection.js';
import type { QuicConnection } from '../../src/index.js';
import { connectPair, makeIdentities } from './pair.js';

type Fault = Parameters<QuicLink['injectFault']>[0];

const SCENARIOS: Record<string, () => Promise<unknown>> = {
  closes: async () => {
    const pair = await connectPair({ identities: await makeIdentities() });
    const ended = attach(pair.dialer);
    void answerInCapitals(pair.acceptor);
    const answer = await ask(pair.dialer, 'hello');
    await pair.close();
    await ended;
    return answer;
  },
  listensOnly: async () => {
    const pair = await connectPair({ identities: await makeIdentities() });
    await pair.listener.close();
    pair.dialer.close(0, '');
    pair.acceptor.close(0, '');
    return 'never attached';
  },
  exits: async () => {
    const pair = await connectPair({ identities: await makeIdentities() });
    void attach(pair.dialer);
    void answerInCapitals(pair.acceptor);
    const stream = pair.dialer.openUni({ priority: 0 });
    stream.write([new Uint8Array(stream.credit)]);
    setImmediate(() => process.exit(0));
    return 'in the middle of everything';
  },
  staysOpen: async () => {
    const pair = await connectPair({ identities: await makeIdentities() });
    await pair.listener.close();
    setTimeout(() => {
      pair.dialer.close(0, '');
      pair.acceptor.close(0, '');
    }, 300).unref();
    return 'an open connection keeps the process';
  },
  ownerThrows: async () => {
    const pair = await connectPair({ identities: await makeIdentities() });
    const thrown = new Promise<Error>((resolve) => {
      process.once('uncaughtException', resolve);
    });
    const datagrams: number[] = [];
    const both = new Promise<void>((resolve) => {
      void attach(pair.acceptor, {
        onDatagram: (bytes) => {
          datagrams.push(bytes[0] ?? 0);
          if (datagrams.length === 1) throw new Error('an owner fails');
          resolve();
        },
      });
    });
    void attach(pair.dialer);
    pair.dialer.sendDatagram(Uint8Array.of(1));
    pair.dialer.sendDatagram(Uint8Array.of(2));
    const { message } = await thrown;
    await both;
    await pair.close();
    return { message, datagrams };
  },
  ...Object.fromEntries(
    (['task', 'controller', 'driver'] as const).map((fault) => [fault, () => breakOne(fault)]),
  ),
  call: async () => {
    const pair = await connectPair({ identities: await makeIdentities() });
    let code = 'nothing was thrown';
    try {
      link(pair.dialer).injectFault('call');
    } catch (error) {
      code = String((error as NodeJS.ErrnoException).code);
    }
    void attach(pair.dialer);
    void answerInCapitals(pair.acceptor);
    const answer = await ask(pair.dialer, 'alive');
    await pair.close();
    return { code, answer };
  },
};

/** Two connections on one listener; the addon panics in one. */
async function breakOne(fault: Fault): Promise<unknown> {
  const identities = await makeIdentities();
  const [broken, whole] = [await connectPair({ identities }), await connectPair({ identities })];
  const ended = attach(broken.dialer);
  const farEnded = attach(broken.acceptor);
  void attach(whole.dialer);
  void answerInCapitals(whole.acceptor);
  const waiting = ask(broken.dialer, 'never answered').catch((error: Error) => error.message);
  link(broken.dialer).injectFault(fault);
  broken.dialer.openUni({ priority: 0 }).write([Uint8Array.of(1)]);
  const info = await ended;
  const reader = await waiting;
  broken.dialer.stats();
  broken.acceptor.close(0, '');
  const far = await Promise.race([farEnded, delay(1_000)]);
  const answer = await ask(whole.dialer, 'alive');
  await Promise.all([broken.close(), whole.close()]);
  return { ...told(info), reader, far: far === undefined ? 'hears nothing' : 'ended', answer };
}

function told(info: CloseInfo): { code: string; message: string } {
  if (info.by !== 'transport') return { code: info.by, message: info.reason };
  return { code: info.error.code, message: info.error.message };
}

function link(connection: QuicConnection): QuicLink {
  if (connection instanceof QuicLink) return connection;
  throw new TypeError('not a link of this package');
}

const scenario = SCENARIOS[process.argv[2] ?? ''];
if (scenario === undefined) throw new Error(`no scenario "${process.argv[2]}"`);
process.stdout.write(`${JSON.stringify(await scenario())}\n`);
