import { setTimeout as sleep } from 'node:timers/promises';
import { encodeAmf } from '@longhaul/flv';
import { waitFor } from '@longhaul/testkit';
import t from 'tap';
import { besides } from '../drive/bystander.js';
import { Relays, type TestRelay } from '../drive/relays.js';
import { publish } from '../drive/rtmp-client.js';
import * as Raw from '../drive/rtmp-raw.js';

const QUICK = { viewers: { unknownWaitMs: 5_000 }, linger: { publisherMs: 0, viewerMs: 0 } };
/** Of the acceptance table: an offence ends the session within this. */
const CLOSED_MS = 100;
/** Of this test: other work of the machine may be between two looks. */
const SLACK_MS = 900;

const bomb = new Uint8Array(70_000 * 5).map((_, at) => (at % 5 === 0 ? 0x0a : at % 5 === 4 ? 1 : 0));
const published = Buffer.concat([Raw.opening(), Raw.publishing('bad')]);

const broken = ({ log }: TestRelay) => log.filter(({ msg }) => msg === 'RTMP client broke the protocol');

t.test('an offence ends its own session, at once and with one warning', async (t) => {
  const offences: [name: string, before: Uint8Array, offence: Uint8Array, reason: RegExp][] = [
    [
      'AMF 70,000 deep in a command',
      Raw.HANDSHAKE,
      Raw.chunks({ type: 20, payload: Buffer.concat([encodeAmf(['connect', 1]), bomb]) }),
      /longer than|at most|65536/,
    ],
    [
      'AMF deep within the size of a command',
      Raw.HANDSHAKE,
      Raw.chunks({ type: 20, payload: Buffer.concat([encodeAmf(['connect', 1]), bomb.subarray(0, 60_000)]) }),
      /depth 32/,
    ],
    [
      '16 MiB declared on 64 chunk streams',
      published,
      Buffer.concat(
        Array.from({ length: 64 }, (_, index) =>
          Raw.chunks({
            type: 9,
            streamId: 1,
            chunkStreamId: 4 + index,
            declaredBytes: 0xffffff,
            payload: new Uint8Array(128),
          }),
        ),
      ),
      /16777215/,
    ],
    [
      '4 MiB declared on 64 chunk streams',
      published,
      Buffer.concat(
        Array.from({ length: 64 }, (_, index) =>
          Raw.chunks({
            type: 9,
            streamId: 1,
            chunkStreamId: 4 + index,
            declaredBytes: 4_194_304,
            payload: new Uint8Array(128),
          }),
        ),
      ),
      /chunk streams/,
    ],
    ['chunks of 1 byte', Raw.opening(), Raw.chunks(Raw.chunkSize(1)), /[Cc]hunk [Ss]ize/],
    [
      'a large message before publish',
      Raw.opening(),
      Raw.chunks({ type: 9, payload: new Uint8Array(128), declaredBytes: 1_000_000 }),
      /1000000/,
    ],
    ['HTTP', new Uint8Array(0), Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(100)), /version/],
  ];
  for (const [name, before, offence, reason] of offences) {
    const relay = await (await Relays.create(t)).start('a', QUICK);
    const tookMs = await besides(t, relay, async () => {
      const client = new Raw.RawRtmp(relay.rtmp);
      client.socket.write(before);
      await sleep(50);
      return await client.offend(offence);
    });
    t.ok(tookMs < CLOSED_MS + SLACK_MS, `${name}: closed after ${Math.round(tookMs)} ms`);
    t.equal(broken(relay).length, 1, `${name}: one line`);
    t.match(broken(relay)[0], { reason }, name);
  }
});

t.test('bytes one at a time harm nobody', async (t) => {
  const relay = await (await Relays.create(t)).start('a', QUICK);
  await besides(t, relay, async () => {
    const client = new Raw.RawRtmp(relay.rtmp);
    for (const byte of Raw.opening()) client.socket.write(Uint8Array.of(byte));
    await waitFor('it is connected', () => client.received.includes('NetConnection.Connect.Success'));
    client.socket.destroy();
  });
  t.equal(broken(relay).length, 0);
});

t.test('time-outs: no connect, no publish or play, no media', async (t) => {
  const times = { handshakeTimeoutMs: 1_500, unusedTimeoutMs: 3_000, idleTimeoutMs: 3_000 };
  const relay = await (await Relays.create(t)).start('a', {
    ...QUICK,
    rtmp: { listen: '127.0.0.1:0', ...times },
  });
  await besides(t, relay, async () => {
    const silent = new Raw.RawRtmp(relay.rtmp);
    const unused = new Raw.RawRtmp(relay.rtmp);
    unused.socket.write(Raw.opening());
    const idle = new Raw.RawRtmp(relay.rtmp);
    idle.socket.write(published);
    const silentMs = await silent.closed;
    t.ok(silentMs >= 1_490 && silentMs < 1_500 + SLACK_MS, `silent: ${Math.round(silentMs)} ms`);
    t.ok((await unused.closed) >= 2_990, 'unused');
    t.ok((await idle.closed) >= 2_990, 'idle');
    t.match(idle.received, /NetStream\.Publish\.Denied/);
  });
});

t.test('a client that drips its handshake is cut all the same', async (t) => {
  const relay = await (await Relays.create(t)).start('a', {
    ...QUICK,
    rtmp: { listen: '127.0.0.1:0', handshakeTimeoutMs: 300 },
  });
  const client = new Raw.RawRtmp(relay.rtmp);
  const drip = setInterval(() => client.socket.write(Uint8Array.of(3)), 20);
  const tookMs = await client.closed;
  clearInterval(drip);
  t.ok(tookMs < 300 + SLACK_MS, `${Math.round(tookMs)} ms`);
  t.match(broken(relay), [{ reason: /within 300 ms/ }]);
});

t.test('one address cannot keep others out before publish or play, nor can many', async (t) => {
  const relay = await (await Relays.create(t)).start('a', {
    ...QUICK,
    rtmp: { listen: '127.0.0.1:0', maxPending: 20, maxPendingPerAddress: 4 },
  });
  await besides(t, relay, async () => {
    const from = (last: number, count: number) =>
      Array.from({ length: count }, () => new Raw.RawRtmp(relay.rtmp, { localAddress: `127.0.0.${last}` }));
    const one = from(2, 10);
    await Promise.race(one.map((client) => client.closed));
    await waitFor(
      'those over the cap are refused',
      () => one.filter(({ socket }) => socket.closed).length >= 6,
    );
    t.equal(one.filter(({ socket }) => !socket.closed).length, 4);
    const many = [3, 4, 5, 6, 7, 8, 9].flatMap((last) => from(last, 4));
    await waitFor('the total is full', () => many.some(({ socket }) => socket.closed));
    await sleep(150);
    const startMs = performance.now();
    const late = await publish(`${relay.rtmp}/late`);
    t.ok(performance.now() - startMs < 3_000, 'a good one gets in before any of them times out');
    await late.close();
    for (const { socket } of [...one, ...many]) socket.destroy();
  });
  const crowd = relay.log.filter(({ msg }) => String(msg).includes('too many before publish or play'));
  t.ok(crowd.length > 0 && crowd.length < 8, `${crowd.length} lines for some 20 connections`);
});

t.test('answers that a client does not read are bounded', async (t) => {
  const relay = await (await Relays.create(t)).start('a', QUICK);
  for (const name of ['', 'good']) {
    await besides(t, relay, async () => {
      const client = new Raw.RawRtmp(relay.rtmp);
      client.socket.write(Raw.opening());
      // Beside a play as well, whose own bound is for media.
      if (name !== '') client.socket.write(Raw.playing(name));
      await waitFor('it is connected', () => client.received.includes('Connect.Success'));
      client.socket.pause();
      const flood = Buffer.concat(
        Array.from({ length: 2_000 }, () => Raw.chunks(Raw.command('who', [null]))),
      );
      const writing = setInterval(() => {
        if (client.socket.writableLength < 1_000_000) client.socket.write(flood);
      }, 5);
      const socket = client.socket;
      await waitFor('it is cut', () => socket.destroyed || (socket.errored ?? undefined) !== undefined);
      clearInterval(writing);
    });
  }
});
