import t from 'tap';
import { Upstream } from '../../src/registry/upstream.js';
import { RecordingLink } from '../support/links.js';
import { aBroadcast, PATH } from '../support/media.js';

function anUpstream() {
  const link = new RecordingLink('edge');
  const log: string[] = [];
  const entry = { link, open: true, goingAway: false, announced: 0 };
  const upstream = new Upstream(entry, 10, {
    accepted: (_, { epoch }) => {
      log.push(`accepted ${epoch}`);
      return aBroadcast({ epoch });
    },
    opened: () => log.push('opened'),
    ended: (_, end) => log.push(end.kind),
  });
  upstream.open(PATH, { start: 'newest' }, 0);
  return { link, entry, upstream, log, events: link.subscriptions[0]?.events };
}

t.test('a subscription is opening, then open with its broadcast, then closed', async (t) => {
  const { upstream, log, events } = anUpstream();
  t.equal(upstream.state.kind, 'opening');
  const broadcast = events?.onAccepted({ epoch: 11, firstOrdinal: 0 }, 0);
  t.equal(upstream.state.kind === 'open' && upstream.state.broadcast, broadcast);
  t.equal(upstream.epoch, 11, "the peer's word counts");
  events?.onEnded({ kind: 'finished' }, 0);
  events?.onEnded({ kind: 'finished' }, 0);
  t.equal(upstream.state.kind, 'closed');
  t.same(log, ['accepted 11', 'opened', 'finished']);
});

t.test('closing is idempotent, and nothing is heard afterwards', async (t) => {
  const { link, upstream, log, events } = anUpstream();
  upstream.close(0);
  upstream.close(0);
  events?.onEnded({ kind: 'lost', reason: 'late' }, 0);
  t.same(link.takeLog(), [`subscribe ${PATH} newest`, `unsubscribe ${PATH}`]);
  t.same(log, []);
});

t.test('nothing is said to a link that is gone', async (t) => {
  const { link, entry, upstream } = anUpstream();
  entry.open = false;
  upstream.close(0);
  t.same(link.takeLog(), [`subscribe ${PATH} newest`]);
  const other = anUpstream();
  other.upstream.drop();
  t.equal(other.upstream.state.kind, 'closed');
});
