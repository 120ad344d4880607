import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { requireProgram, temporaryDirectory } from '@longhaul/testkit';
import t from 'tap';
import { startRelayPair } from '../../src/delay/relay-pair.js';
import * as Media from '../../src/media/index.js';

t.setTimeout(240_000);

/** A viewer ends by itself when nothing has come for so long: one that is killed may leave before the last frames. */
const IDLE_MS = 3_000;

function watch(options: object): ChildProcess {
  const text = JSON.stringify({ seed: 0, identify: 'content', idleMs: IDLE_MS, ...options });
  return spawn(process.execPath, [Media.RECEIVER_PROCESS, text], { stdio: ['ignore', 'pipe', 'inherit'] });
}

t.test('frames of ffmpeg are known again behind both relays', requireProgram('ffmpeg'), async (t) => {
  const directory = await temporaryDirectory(t);
  const pair = await startRelayPair({ onLog: () => undefined });
  t.teardown(() => pair.stop());
  const files = [join(directory, 'a.json.gz'), join(directory, 'b.json.gz')] as const;
  const url = `rtmp://${pair.edge.rtmp}/live/f`;
  const viewers = [
    watch({ url, record: files[0] }),
    watch({ url: `http://${pair.center.http}/live/f.flv`, record: files[1] }),
  ];
  const closed = viewers.map((viewer) => once(viewer, 'close'));
  await Promise.all(viewers.map((viewer) => once(viewer.stdout as NodeJS.ReadableStream, 'data')));
  const encoder = spawn('ffmpeg', Media.ffmpegArguments({ url, shape: '2.5m-1s', durationS: 3 }));
  t.same(await once(encoder, 'close'), [0, null]);
  await Promise.all(closed);
  const [atSender, atReceiver] = await Promise.all(files.map((file) => Media.readReceived(file)));
  const { frames, session, invalid } = Media.joinObserved({ atSender, atReceiver });
  t.same(invalid, []);
  t.ok(session?.firstKeyFrameUs !== undefined);
  const pictures = frames?.track.filter((track) => track === 0).length ?? 0;
  t.ok(pictures >= 60, `${pictures} pictures of 90`);
  t.equal(new Set(atSender?.identities).size, frames?.sequence.length, 'no two frames are alike');
  t.equal(frames?.arrivalUs.filter((time) => time === null).length, 0, 'all came');
  t.ok(frames?.kind.includes(0), 'with key frames');
});

const record = (identities: string[], arrivalUs: number[]): Media.ReceivedRecord => ({
  version: 1,
  options: { url: 'x', seed: 0, identify: 'content' },
  session: { connectStartUs: 0, endUs: 99, endReason: 'complete', corrupt: 0, duplicated: 0 },
  frames: {
    sequence: identities.map((_, at) => at),
    track: identities.map(() => 0),
    kind: identities.map(() => 1),
    ptsMs: identities.map(() => 0),
    bytes: identities.map(() => 9),
    captureUs: arrivalUs,
    arrivalUs,
  },
  identities,
  strangers: 0,
  bytes: 0,
  loopLagUs: { p50: 0, p99: 0, max: 0 },
});

t.test('what did not come is missing, and what nobody sent is told', async (t) => {
  const atSender = record(['a', 'b', 'b', 'c'], [1, 2, 3, 4]);
  const some = Media.joinObserved({ atSender, atReceiver: record(['b', 'a', 'b'], [10, 11, 12]) });
  t.same(some.frames?.captureUs, [1, 2, 3, 4]);
  t.same(some.frames?.arrivalUs, [11, 10, 12, null]);
  t.same(some.invalid, []);
  const odd = Media.joinObserved({ atSender, atReceiver: record(['d', 'b'], [10, 11]) });
  t.same(odd.invalid, ['1 frames came that were not seen at the sender']);
  t.match(Media.joinObserved({ atSender: undefined, atReceiver: atSender }).invalid, [/at the sender/]);
  t.match(Media.joinObserved({ atSender, atReceiver: undefined }).invalid, [/no record/]);
});

t.test('a shape that is none is refused', async (t) => {
  const options = { url: 'rtmp://h/a/b', shape: 'x', durationS: 1 };
  t.throws(() => Media.ffmpegArguments(options), { code: 'LH_CLI_USAGE' });
});
