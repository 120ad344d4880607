import t from 'tap';
import { type Lane, Rank, SendQueue } from '../../src/link/send-queue.js';

/** Frames of some sizes at a rank; what it sends goes to a log. */
class FakeLane implements Lane {
  frames: number[];
  judged = 0;
  stuck = false;
  onJudge: () => void = () => {};
  #within = 0;

  constructor(
    readonly name: string,
    readonly log: string[],
    public kind: Rank,
    frames: readonly number[],
  ) {
    this.frames = [...frames];
  }

  get rank(): Rank | undefined {
    return this.frames.length > 0 ? this.kind : undefined;
  }

  send(maxBytes: number, single: boolean): { bytes: number; isWithin: boolean } {
    let bytes = 0;
    while (!this.stuck && this.frames.length > 0 && bytes < maxBytes) {
      const size = this.frames[0] as number;
      const part = Math.min(size - this.#within, maxBytes - bytes);
      bytes += part;
      this.#within += part;
      if (this.#within < size) break;
      this.#within = 0;
      this.frames.shift();
      this.log.push(this.name);
      if (single) break;
    }
    return { bytes, isWithin: this.#within > 0 };
  }

  judge(): void {
    this.judged += 1;
    this.onJudge();
  }
}

/** A queue on a transport that wants `wanted` bytes. */
function aQueue() {
  const transport = { wanted: 0, nowMs: 0 };
  const log: string[] = [];
  const queue = new SendQueue({
    wantedBytes: () => transport.wanted,
    now: () => transport.nowMs,
  });
  const lane = (name: string, kind: Rank, frames: readonly number[]) => {
    const made = new FakeLane(name, log, kind, frames);
    const send = made.send.bind(made);
    made.send = (maxBytes, single) => {
      const sent = send(maxBytes, single);
      transport.wanted -= sent.bytes;
      return sent;
    };
    return made;
  };
  return { transport, log, queue, lane };
}

t.test('audio goes before key frames, these before others, equals in turn', async (t) => {
  const { transport, log, queue, lane } = aQueue();
  queue.update(lane('delta a', Rank.DELTA, [10, 10]));
  queue.update(lane('delta b', Rank.DELTA, [10, 10]));
  queue.update(lane('key', Rank.KEY, [10, 10]));
  queue.update(lane('audio', Rank.AUDIO, [10]));
  t.equal(queue.waiting, 4);
  t.equal(queue.isBlocked, true);
  transport.wanted = 1_000;
  queue.pump();
  t.strictSame(log, ['audio', 'key', 'key', 'delta a', 'delta b', 'delta a', 'delta b']);
  t.equal(queue.waiting, 0);
  t.equal(queue.isBlocked, false);
});

t.test('a frame that is begun is sent whole before its equals, but not a very large one', async (t) => {
  const { transport, log, queue, lane } = aQueue();
  queue.update(lane('a', Rank.KEY, [50_000, 10]));
  queue.update(lane('large', Rank.KEY, [150_000]));
  queue.update(lane('b', Rank.KEY, [10, 10, 10]));
  for (let turn = 0; turn < 30; turn += 1) {
    transport.wanted = 9_000;
    queue.pump();
  }
  t.strictSame(log, ['a', 'b', 'a', 'b', 'large', 'b'], 'the large one has three turns');
});

t.test('a lane alone writes all that is wanted at once', async (t) => {
  const { transport, log, queue, lane } = aQueue();
  transport.wanted = 25;
  const alone = lane('a', Rank.DELTA, [10, 10, 10]);
  queue.update(alone);
  t.strictSame(log, ['a', 'a']);
  t.strictSame(alone.frames, [10]);
});

t.test('a lane that cannot write is left out until it says more', async (t) => {
  const { transport, log, queue, lane } = aQueue();
  transport.wanted = 100;
  const stuck = lane('stuck', Rank.AUDIO, [10]);
  stuck.stuck = true;
  queue.update(stuck);
  queue.update(lane('other', Rank.DELTA, [10]));
  t.strictSame(log, ['other']);
  stuck.stuck = false;
  queue.update(stuck);
  t.strictSame(log, ['other', 'stuck']);
});

t.test('lanes are judged while they wait, and what they drop is not waited for', async (t) => {
  const { transport, log, queue, lane } = aQueue();
  const late = lane('late', Rank.KEY, [10, 10]);
  queue.update(late);
  queue.update(lane('other', Rank.DELTA, [10]));
  queue.update(late);
  t.equal(late.judged, 1, 'when it has news');
  queue.poll(5);
  t.equal(late.judged, 2, 'when time passes');
  late.onJudge = () => {
    late.frames = [];
  };
  transport.wanted = 10;
  queue.pump();
  t.strictSame(log, ['other']);
});

t.test('a lane that is over waits no more', async (t) => {
  const { queue, lane } = aQueue();
  const gone = lane('gone', Rank.KEY, [10]);
  queue.update(gone);
  queue.remove(gone);
  queue.remove(gone);
  t.equal(queue.waiting, 0);
});

t.test('updates from within a turn start no turn', async (t) => {
  const { transport, log, queue, lane } = aQueue();
  transport.wanted = 100;
  const first = lane('first', Rank.DELTA, [10]);
  const second = lane('second', Rank.DELTA, [10]);
  const send = first.send;
  first.send = (maxBytes, single) => {
    const sent = send(maxBytes, single);
    queue.update(second);
    queue.pump();
    t.strictSame(log, ['first']);
    return sent;
  };
  queue.update(first);
  t.strictSame(log, ['first', 'second']);
});
