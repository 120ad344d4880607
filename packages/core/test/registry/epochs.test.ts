import t from 'tap';
import * as Path from '../../src/path.js';
import { Registry } from '../../src/registry/registry.js';
import { RecordingLink } from '../support/links.js';

const PATH = Path.parse('default/live/a');
const NOW_S = 1_800_000_000;
const A_DAY_S = 86_400;

function aRegistry(options: { bounded: boolean }) {
  const registry = new Registry({
    relayId: 'center',
    subscribeAlways: () => true,
    ...(options.bounded && { unixSeconds: () => NOW_S }),
  });
  const link = new RecordingLink('edge');
  const port = registry.addLink(link, 0);
  const announce = (epoch: number) => port.announced(PATH, { epoch, hops: ['edge'] }, 0);
  return { registry, link, port, announce };
}

t.test(
  'an epoch far beyond the present is not taken, and what was announced before goes with it',
  async (t) => {
    const { registry, link, announce } = aRegistry({ bounded: true });
    t.equal(announce(0xffff_ffff), 'epoch');
    t.strictSame(registry.snapshot(), []);
    t.equal(announce(NOW_S + A_DAY_S), 'accepted', 'clocks may differ');
    t.equal(link.open.length, 1);
    t.equal(announce(NOW_S + A_DAY_S + 1), 'epoch');
    t.strictSame(registry.snapshot()[0]?.announcedBy, []);
  },
);

t.test('a peer that accepts with an epoch far beyond the present is not served from', async (t) => {
  const { registry, link, announce } = aRegistry({ bounded: true });
  announce(NOW_S);
  const [subscription] = link.subscriptions;
  const broadcast = subscription?.events.onAccepted({ epoch: 0xffff_ffff, firstOrdinal: 0 }, 0);
  t.equal(broadcast, undefined);
  t.equal(subscription?.closed, true);
  t.equal(registry.broadcast(PATH), undefined);
  const publisher = { kind: 'rtmp', address: '' };
  const publication = registry.publish(PATH, { nowMs: 1, epochSeconds: NOW_S, publisher });
  t.equal(publication.broadcast.epoch, NOW_S + 1, 'publishers here go on from what is plausible');
  registry.poll(1e6);
});

t.test('a peer that accepts so inside subscribe is not served from either', async (t) => {
  const { link, announce } = aRegistry({ bounded: true });
  link.onSubscribe = ({ events }) => {
    t.equal(events.onAccepted({ epoch: 0xffff_ffff, firstOrdinal: 0 }, 0), undefined);
  };
  announce(NOW_S);
  t.equal(link.subscriptions[0]?.closed, true);
});

t.test('without a clock every epoch is taken', async (t) => {
  const { announce } = aRegistry({ bounded: false });
  t.equal(announce(0xffff_ffff), 'accepted');
});
