import t from 'tap';
import { Traffic } from '../../src/link/counters.js';

t.test('traffic counts up to its parent', async (t) => {
  const link = new Traffic();
  const track = new Traffic(link);
  track.passed(10);
  track.dropped('evicted', 'delta', 3);
  track.dropped('evicted', 'delta');
  track.dropped('evicted', 'key');
  link.dropped('late', 'audio');
  t.strictSame(track.snapshot(), { frames: 1, bytes: 10, dropped: { evicted: { delta: 4, key: 1 } } });
  t.strictSame(link.snapshot(), {
    frames: 1,
    bytes: 10,
    dropped: { evicted: { delta: 4, key: 1 }, late: { audio: 1 } },
  });
});
