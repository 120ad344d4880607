import t from 'tap';
import { joinRun, type ReceivedRecord, type SentRecord } from '../../src/media/index.js';

const columns = {
  sequence: [0, 1],
  track: [0, 1],
  kind: [0, 3],
  ptsMs: [0, 0],
  bytes: [900, 90],
  captureUs: [1_000, 2_000],
};
const lag = { p50: 100, p99: 900, max: 2_000 };
const late = { count: 2, min: 0, p50: 500, p95: 900, p99: 900, max: 900 };

const sent: SentRecord = {
  version: 1,
  options: { url: 'rtmp://h/a/b', shape: '2.5m-2s', seed: 1, durationS: 1, audio: true },
  startUs: 1_000,
  reason: 'complete',
  frames: { ...columns, lateUs: [500, 900] },
  lateUs: late,
  mostQueuedBytes: 0,
  loopLagUs: lag,
};
const received: ReceivedRecord = {
  version: 1,
  options: { url: 'http://h/a/b.flv', seed: 1 },
  session: { connectStartUs: 0, endUs: 9_000, endReason: 'signal', corrupt: 0, duplicated: 0 },
  frames: { ...columns, arrivalUs: [5_000, 6_000] },
  strangers: 0,
  bytes: 1_000,
  loopLagUs: lag,
};

t.test('a good run has its frames and no complaint', async (t) => {
  const { frames, session, invalid } = joinRun({ sent, received });
  t.same(frames?.arrivalUs, [5_000, 6_000]);
  t.equal(session, received.session);
  t.same(invalid, []);
});

t.test('a run that measured something else is invalid and says why', async (t) => {
  const cases: [Parameters<typeof joinRun>[0], RegExp][] = [
    [{ sent: undefined, received }, /the source sent nothing/],
    [{ sent, received: undefined }, /the viewer left no record/],
    [{ sent: { ...sent, reason: 'connection reset' }, received }, /the source ended early: connection reset/],
    [{ sent: { ...sent, lateUs: { ...late, p99: 21_000 } }, received }, /the source was late by 21.0 ms/],
    [
      { sent, received: { ...received, loopLagUs: { ...lag, p99: 30_000 } } },
      /viewer's process was late by 30.0 ms/,
    ],
    [
      { sent, received: { ...received, session: { ...received.session, corrupt: 2 } } },
      /2 frames came with another content/,
    ],
    [
      { sent, received: { ...received, session: { ...received.session, endUs: 1_500 } } },
      /stopped before the source had ended/,
    ],
    [
      { sent: { ...sent, frames: { ...sent.frames, sequence: [0, 7] } }, received },
      /1 received frames were never sent/,
    ],
  ];
  for (const [records, reason] of cases) {
    const { invalid } = joinRun(records);
    t.equal(invalid.length, 1, String(reason));
    t.match(invalid[0], reason);
  }
});

t.test('a stream that broke off is a valid run: what is missing counts', async (t) => {
  const session = { ...received.session, endUs: 1_500, endReason: 'the server closed the connection' };
  const { frames, invalid } = joinRun({
    sent,
    received: { ...received, session, frames: { ...received.frames, sequence: [0], arrivalUs: [1_400] } },
  });
  t.same(invalid, []);
  t.same(frames?.arrivalUs, [1_400, null]);
});
