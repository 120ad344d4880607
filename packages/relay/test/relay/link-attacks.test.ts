import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dial, Identity, type QuicConnection } from '@longhaul/quic';
import { Media, waitFor } from '@longhaul/testkit';
import type { CloseInfo } from '@longhaul/transport';
import { CloseCode } from '@longhaul/wire';
import t, { type Test } from 'tap';
import { besides } from '../drive/bystander.js';
import { Relays, type TestRelay } from '../drive/relays.js';
import { publish } from '../drive/rtmp-client.js';

const QUICK = { linger: { publisherMs: 200, viewerMs: 0 } };

/** A relay of ours that has gone bad: a good certificate, and bytes of its own. */
class Rogue {
  readonly closed: Promise<CloseInfo>;

  private constructor(readonly connection: QuicConnection) {
    this.closed = new Promise((resolve) =>
      connection.attach({
        onUniStream: () => undefined,
        onBidiStream: () => undefined,
        onDatagram: () => undefined,
        onClosed: resolve,
      }),
    );
  }

  static async dial(relays: Relays, to: TestRelay): Promise<Rogue> {
    await relays.configure('rogue');
    const read = (name: string) => readFileSync(join(relays.directory, 'rogue', name));
    const identity = new Identity({
      certificate: read('rogue.pem'),
      key: read('rogue.key'),
      authorities: read('ca.pem'),
    });
    const url = `quic://${to.relay.addresses.link}`;
    return new Rogue(await dial({ url, serverName: to.relay.config.relay.id, identity }));
  }
}

/** A rogue that never greets has no link that could end. */
const ended = ({ log }: TestRelay) =>
  log.filter(({ msg, peer }) => /^link (ended|not opened)$/.test(String(msg)) && peer === 'rogue');

/** Two good relays, and what a rogue does to the edge while they work. */
async function beside(
  t: Test,
  edgeLink: object,
  attack: (rogue: Rogue, edge: TestRelay) => Promise<void>,
): Promise<TestRelay> {
  const relays = await Relays.create(t);
  const { edge, center } = await relays.pair({ edge: { link: edgeLink, ...QUICK }, center: QUICK });
  await besides(t, { rtmp: edge.rtmp, http: center.http }, async () => {
    const rogue = await Rogue.dial(relays, edge);
    await attack(rogue, edge);
    rogue.connection.close(0, '');
  });
  await waitFor('the end of the rogue is logged', () => ended(edge).length > 0);
  t.equal(ended(edge).length, 1, 'once');
  return edge;
}

t.test('bytes that are no message close the link of their sender', async (t) => {
  for (const [what, bytes] of [
    ['a length over the limit', Uint8Array.of(0x01, 0xbf, 0xff, 0xff, 0xff)],
    ['a Hello that is no protobuf', Uint8Array.of(0x01, 0x03, 0xff, 0xff, 0xff)],
  ] as const) {
    const edge = await beside(t, {}, async ({ connection, closed }) => {
      connection.openBidi({ priority: 0 }).send.write([bytes]);
      const info = await closed;
      t.equal(info.by, 'peer', what);
      t.ok(info.by === 'peer' && info.code !== CloseCode.NO_ERROR, `${what}: ${JSON.stringify(info)}`);
    });
    t.match(ended(edge), [{ reason: /local / }]);
  }
});

t.test('more requests without a first message than allowed close the link', async (t) => {
  const edge = await beside(
    t,
    { maxAnnouncements: 8, maxSubscriptions: 100 },
    async ({ connection, closed }) => {
      for (let index = 0; index < 200; index++)
        connection.openBidi({ priority: 0 }).send.write([Uint8Array.of(0x80)]);
      t.match(await closed, { by: 'peer', code: CloseCode.LIMIT });
    },
  );
  t.match(ended(edge), [{ reason: /LIMIT/ }]);
});

t.test('more streams than allowed are stopped, and memory stays', async (t) => {
  const beforeBytes = process.memoryUsage().rss;
  await beside(t, { maxOpenStreams: 32 }, async ({ connection }) => {
    let stopped = 0;
    for (let index = 0; index < 2_000; index++) {
      const stream = connection.openUni({ priority: 0 });
      stream.listen({
        onStopped: () => {
          stopped += 1;
        },
      });
      // The header of a group stream that goes no further.
      stream.write([Uint8Array.of(0x01)]);
    }
    await waitFor('some are stopped', () => stopped > 32 || connection.closed);
  });
  const grownMiB = (process.memoryUsage().rss - beforeBytes) / 1_048_576;
  t.ok(grownMiB < 128, `${Math.round(grownMiB)} MiB more, both ends and the test itself`);
});

t.test('a peer announces so many broadcasts and no more', async (t) => {
  const relays = await Relays.create(t);
  const { edge, center } = await relays.pair({
    edge: QUICK,
    center: { link: { maxAnnouncements: 2 }, ...QUICK },
  });
  await besides(t, { rtmp: edge.rtmp, http: center.http }, async () => {
    const second = await publish(`${edge.rtmp}/second`);
    await second.send(Media.broadcast({ seconds: 1 }));
    const known = () => center.relay.figures.broadcasts().map(({ path }) => path.split('/')[2]);
    await waitFor('the second is known', () => known().includes('second'));
    const third = await publish(`${edge.rtmp}/third`);
    await waitFor('the refusal', () => edge.log.find(({ msg }) => msg === 'link: announce-refused'));
    t.notOk(known().includes('third'));
    t.match(
      edge.log.find(({ msg }) => msg === 'link: announce-refused'),
      { path: 'default/live/third', code: 'LIMIT' },
    );
    await third.close();
    await second.close();
  });
});
