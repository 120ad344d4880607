import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Refusal } from '@longhaul/quic';
import { waitFor } from '@longhaul/testkit';
import t, { type Test } from 'tap';
import { listen } from '../src/index.js';
import { Authority } from './support/authority.js';
import { portOf } from './support/pair.js';

/** A listener that nobody known dials. */
async function door(t: Test) {
  const refusals: Refusal[] = [];
  const listener = await listen({
    address: '127.0.0.1:0',
    identity: await (await Authority.create()).identity('edge-1'),
    onConnection: () => t.fail('a stranger came in'),
    onRefused: (refusal) => refusals.push(refusal),
  });
  t.teardown(() => listener.close());
  return { port: portOf(listener.address), refusals };
}

t.test('silent connections from one address leave room for the others', async (t) => {
  const { port, refusals } = await door(t);
  const sockets: Socket[] = [];
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (let count = 0; count < 70; count += 1) {
    const socket = connectTcp(port, '127.0.0.1');
    socket.on('error', () => {});
    sockets.push(socket);
    await once(socket, 'connect');
  }
  await waitFor('six of them are cut', () => sockets.filter(({ closed }) => closed).length === 6);
  const crowded = refusals.filter(({ error }) => error.message === 'too many handshakes are under way');
  t.equal(crowded.length, 6, JSON.stringify(refusals.map(({ error }) => error.message)));
});

t.test('a refused peer that goes on sending is cut all the same', async (t) => {
  const { port, refusals } = await door(t);
  const stranger = await (await Authority.create('another authority')).relay('center-1');
  const { certificate, key } = stranger;
  const socket = connectTls({
    port,
    cert: Buffer.from(certificate),
    key: Buffer.from(key),
    ALPNProtocols: ['longhaul-tcp/1'],
    rejectUnauthorized: false,
  });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  const dribble = setInterval(() => socket.write('x'), 100);
  t.teardown(() => clearInterval(dribble));
  await waitFor('it is refused', () => refusals.length === 1);
  await waitFor('it is cut', () => socket.closed);
  t.pass('within the time-out of a wait');
});
