import type { ReceiveEvents, ReceiveStream } from '@longhaul/transport';
import { StreamCode } from '@longhaul/wire';
import t from 'tap';
import type { LinkContext } from '../../src/link/context.js';
import { DEFAULT_LINK_LIMITS } from '../../src/link/options.js';
import { UniReceiver } from '../../src/link/uni-receiver.js';
import { rawPair } from './raw.js';

t.test('pieces that wait for a gap count for more than their bytes', async (t) => {
  let events: ReceiveEvents | undefined;
  let stopped: number | undefined;
  let held = 0;
  let most = 0;
  const stream = {
    id: 1,
    read: (listener: ReceiveEvents) => {
      events = listener;
    },
    pause() {},
    resume() {},
    stop: (code: number) => {
      stopped = code;
    },
  } satisfies ReceiveStream;
  const context = {
    limits: { ...DEFAULT_LINK_LIMITS, maxBufferedBytes: 1_000_000 },
    now: () => 0,
    streamEndedEarly() {},
  } as unknown as LinkContext;
  const receiver = new UniReceiver({
    stream,
    context,
    target: () => undefined,
    buffered: (delta) => {
      held += delta;
      most = Math.max(most, held);
      return held;
    },
    onOver: () => {},
  });
  let islands = 0;
  for (; stopped === undefined && islands < 16_000; islands++) {
    events?.onData([{ offset: 10 + 2 * islands, bytes: Uint8Array.of(0) }]);
  }
  t.equal(stopped, StreamCode.LIMIT);
  t.ok(islands < 4_000, `stopped after ${islands} islands of one byte`);
  t.ok(most < 1_001_000);
  t.equal(held, 0, 'nothing is left of it in the sum of the link');
  receiver.stop(StreamCode.MALFORMED, 'again');
});

t.test('codes that no table lists do not make counters of their own', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  for (let code = 1_000; code < 1_050; code++) peer.uni(Uint8Array.of(2)).reset(code);
  peer.uni(Uint8Array.of(2)).reset(StreamCode.EVICTED);
  clock.advance(100);
  t.strictSame(end.session.snapshot().endedEarly.peer, { INTERNAL: 50, EVICTED: 1 });
});
