import t from 'tap';
import { linesOf, PATH, Publisher, pair, subscribe } from './fixture.js';

t.test('two sessions greet and are open', async (t) => {
  const { clock, edge, center } = pair();
  t.equal(center.session.state.at, 'greeting');
  clock.advance(300);
  t.equal(center.session.state.at, 'open');
  t.equal(edge.session.state.at, 'open');
  t.equal(center.session.snapshot().hello?.relayId, 'edge-1');
  t.equal(edge.session.snapshot().hello?.relayId, 'center-1');
});

t.test('every frame arrives once, in order per track, bytes and numbers unchanged', async (t) => {
  const { clock, edge, center } = pair({ link: { latencyMs: 50, jitterMs: 20, loss: 0.05, seed: 3 } });
  const publisher = new Publisher(clock);
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  publisher.init();
  const seen = subscribe(center, clock, { request: { start: 'earliest' } });
  clock.advance(500);
  publisher.play(5, { fromMs: 2 ** 32 - 2_000 });
  clock.advance(8_000);
  t.equal(publisher.sent.length, 250);
  t.equal(seen.arrivals.length, 250);
  t.strictSame(linesOf(seen.arrivals, 'video0'), linesOf(publisher.sent, 'video0'));
  t.strictSame(linesOf(seen.arrivals, 'audio0'), linesOf(publisher.sent, 'audio0'));
  t.strictSame(seen.accepted, [{ epoch: 1, firstOrdinal: 0 }]);
  t.strictSame(seen.inits.map(({ track }) => track).sort(), ['audio0', 'data0', 'video0']);
  publisher.writer.end(clock.nowMs);
  clock.advance(1_000);
  t.strictSame(seen.ends, [{ kind: 'finished' }]);
  t.equal(edge.port.demands, 0);
  const { sent } = edge.session.snapshot();
  const { received } = center.session.snapshot();
  t.equal(sent.frames, 253);
  t.strictSame(received, sent);
});
