/** What attackers do. Each resolves when its last connection is gone, with the ms that each took to be closed. */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeAmf } from '@longhaul/flv';
import * as Rtmp from '../fuzz/rtmp-writer.js';
import * as Client from './client.js';

/** Addresses of the relay under attack. */
export interface Relay {
  readonly rtmp: string;
  readonly http: string;
}

/** One attack. */
export interface Scenario {
  readonly name: string;
  /** What a good client beside it does. */
  readonly beside: 'rtmp' | 'http';
  /** The relay has to have closed each connection within this, ms. */
  readonly closedMs: number;
  run(relay: Relay): Promise<number[]>;
}

const OFFENDERS = 100;
const SLOW = 2_000;
/** They come at 1,000 a second: all at once would measure the attacker, which shares the machine. */
const SLOW_BURST = 50;
const SLOW_BURST_MS = 50;
/** An offence is answered at once; the slow ones have their time-out and one look of the relay. */
const OFFENCE_MS = 100;
const HANDSHAKE_MS = 5_000;
const HEADER_MS = 10_000;
const LOOK_MS = 1_000;

const bomb = Buffer.concat([encodeAmf(['connect', 1]), Rtmp.nestedArrays(70_000)]);
const declared = Buffer.concat(
  Array.from({ length: 64 }, (_, index) =>
    Rtmp.message({
      type: 9,
      streamId: 1,
      chunkStreamId: 4 + index,
      declaredBytes: 0xffffff,
      payload: new Uint8Array(128),
    }),
  ),
);

/** All of them. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'none, for comparison', beside: 'rtmp', closedMs: 0, run: () => sleep(3_000, []) },
  offence('AMF 70,000 deep', () => Rtmp.handshake(), Rtmp.message({ type: 20, payload: bomb })),
  offence(
    'AMF 12,000 deep, 60 KB',
    () => Rtmp.handshake(),
    Rtmp.message({ type: 20, payload: bomb.subarray(0, 60_000) }),
  ),
  offence('16 MiB declared x 64', (index) => Client.publishing(`attack-${index}`), declared),
  offence('chunks of 1 byte', () => Client.opening(), Rtmp.message(Rtmp.control(1, 1))),
  {
    name: 'segments of 1 byte',
    beside: 'rtmp',
    closedMs: HANDSHAKE_MS,
    run: ({ rtmp }) => Promise.all(Array.from({ length: 16 }, () => byteByByte(rtmp))),
  },
  slow('2,000 slow RTMP, 1 address', 'rtmp', HANDSHAKE_MS, () => '127.0.0.2'),
  slow('2,000 slow RTMP, 200 addresses', 'rtmp', HANDSHAKE_MS, (index) => `127.0.1.${1 + (index % 200)}`),
  slow('2,000 slow HTTP, 1 address', 'http', HEADER_MS, () => '127.0.0.2'),
  slow('2,000 slow HTTP, 200 addresses', 'http', HEADER_MS, (index) => `127.0.1.${1 + (index % 200)}`),
];

function offence(name: string, before: (index: number) => Uint8Array, bytes: Uint8Array): Scenario {
  const one = async (address: string, index: number): Promise<number> => {
    const socket = Client.open({ address });
    socket.write(before(index));
    await sleep(30);
    const closed = Client.gone(socket);
    socket.write(bytes);
    return await closed;
  };
  const run = async ({ rtmp }: Relay): Promise<number[]> => {
    const took: number[] = [];
    for (let index = 0; index < OFFENDERS; index += 10) {
      took.push(...(await Promise.all(Array.from({ length: 10 }, (_, at) => one(rtmp, index + at)))));
    }
    return took;
  };
  return { name, beside: 'rtmp', closedMs: OFFENCE_MS, run };
}

async function byteByByte(address: string): Promise<number> {
  const socket = Client.open({ address });
  const closed = Client.gone(socket);
  for (const byte of Client.opening()) {
    socket.write(Uint8Array.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.destroy();
  return await closed;
}

function slow(
  name: string,
  surface: 'rtmp' | 'http',
  timeoutMs: number,
  from: (index: number) => string,
): Scenario {
  const run = async (relay: Relay): Promise<number[]> => {
    const line = surface === 'rtmp' ? '\x03' : 'GET / HTTP/1.1\r\nhost: x\r\nx: y\r\n';
    const sockets: Socket[] = [];
    const closed: Promise<number>[] = [];
    const drip = setInterval(() => {
      for (const socket of sockets) if (!socket.destroyed) socket.write('x');
    }, 1_000);
    while (sockets.length < SLOW) {
      for (let index = 0; index < SLOW_BURST; index++) {
        const socket = Client.open({ address: relay[surface], from: from(sockets.length) });
        socket.write(line);
        sockets.push(socket);
        closed.push(Client.gone(socket));
      }
      await sleep(SLOW_BURST_MS);
    }
    const took = await Promise.all(closed);
    clearInterval(drip);
    return took;
  };
  return { name, beside: surface, closedMs: timeoutMs + LOOK_MS, run };
}
