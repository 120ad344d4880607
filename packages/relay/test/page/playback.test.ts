import t from 'tap';
import { advance, type Playback, type PlaybackEvent, retryDelayMs } from '#page/playback.js';

const failed = (nowMs: number): PlaybackEvent => ({ type: 'failed', message: 'gone', nowMs, jitter: 0 });

t.test('states follow events', async (t) => {
  const walks: { name: string; events: PlaybackEvent['type'][]; states: Playback['state'][] }[] = [
    { name: 'plays', events: ['opened', 'progressed'], states: ['connecting', 'playing'] },
    {
      name: 'waits for data and goes on',
      events: ['opened', 'progressed', 'waited', 'progressed'],
      states: ['connecting', 'playing', 'stalled', 'playing'],
    },
    {
      name: 'waiting before the first picture is still connecting',
      events: ['opened', 'waited'],
      states: ['connecting', 'connecting'],
    },
    {
      name: 'ends and plays again',
      events: ['opened', 'progressed', 'finished', 'opened'],
      states: ['connecting', 'playing', 'ended', 'connecting'],
    },
    { name: 'fails', events: ['opened', 'failed', 'opened'], states: ['connecting', 'error', 'connecting'] },
    { name: 'has nothing to play', events: ['opened', 'closed'], states: ['connecting', 'no-broadcast'] },
    {
      name: 'an unfit browser stays unfit',
      events: ['refused', 'opened', 'failed'],
      states: ['unsupported', 'unsupported', 'unsupported'],
    },
  ];
  for (const { name, events, states } of walks) {
    let playback: Playback = { state: 'no-broadcast' };
    const seen = events.map((type) => {
      playback = advance(playback, type === 'failed' ? failed(0) : ({ type } as PlaybackEvent));
      return playback.state;
    });
    t.same(seen, states, name);
  }
});

t.test('playing on is the same object, so that nothing is drawn again', async (t) => {
  const playing: Playback = { state: 'playing' };
  t.equal(advance(playing, { type: 'progressed' }), playing);
});

t.test('retries back off, capped, and start over once it has played', async (t) => {
  let playback: Playback = { state: 'no-broadcast' };
  const delays: number[] = [];
  for (let attempt = 0; attempt < 7; attempt++) {
    playback = advance(advance(playback, { type: 'opened' }), failed(1_000));
    if (playback.state === 'error') delays.push(playback.retryAtMs - 1_000);
  }
  t.same(delays, [500, 1_000, 2_000, 4_000, 4_000, 4_000, 4_000]);
  playback = advance(advance(playback, { type: 'opened' }), { type: 'progressed' });
  const again = advance(playback, failed(0));
  t.match(again, { state: 'error', retryAtMs: 250 });
});

t.test('jitter spreads over half of the delay', async (t) => {
  t.equal(retryDelayMs(0, 0), 250);
  t.equal(retryDelayMs(0, 0.999_999) < 500, true);
  t.equal(retryDelayMs(1_000, 0.5), 6_000, 'no overflow however often it failed');
});
