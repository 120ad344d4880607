/** `RtmpClientSession` against a server that says what it likes. */
import { amfObject, RtmpClientSession } from '@longhaul/flv';
import type { Random } from '@longhaul/testkit';
import { cut, pieces } from '../pieces.js';
import * as Rtmp from '../rtmp-writer.js';
import { Broken, expectedCode, type FuzzTarget } from '../target.js';
import { recording } from './rtmp-server.js';

/** See the head of the file. The first byte of an input says how it is cut; even ones publish, odd ones play. */
export const target: FuzzTarget = {
  name: 'rtmp-client-session',
  seeds: [
    cut(1, recording('nginx-play.bin')),
    cut(0, recording('nginx-play.bin')),
    cut(9, recording('nginx-play.bin')),
  ],
  cases: [
    {
      name: 'AMF 70,000 deep in a result',
      input: answered({ type: 20, payload: Rtmp.nestedArrays(70_000) }),
    },
    {
      name: 'AMF 12,000 deep in a result',
      input: answered({ type: 20, payload: Rtmp.nestedArrays(12_000) }),
    },
    {
      name: 'a stream id that is no number',
      input: answered(result(1), Rtmp.command('_result', 4, [null, 'one'])),
    },
    {
      name: 'a stream id that is NaN',
      input: answered(result(1), Rtmp.command('_result', 4, [null, Number.NaN])),
    },
    { name: 'a stream id of 2^60', input: answered(result(1), Rtmp.command('_result', 4, [null, 2 ** 60])) },
    { name: '2,000 results', input: answered(...Array.from({ length: 2000 }, (_, at) => result(at % 8))) },
  ],
  generate: (random) =>
    cut(random.integer(0, 255), Rtmp.handshake(), Rtmp.scramble(conversation(random), random)),
  run,
};

function run(input: Uint8Array): string {
  const action = (input[0] ?? 0) % 2 === 0 ? 'publish' : 'play';
  let ready = 0;
  let ended = 0;
  const session = new RtmpClientSession(
    {
      action,
      app: 'live',
      name: 'sample',
      tcUrl: 'rtmp://host/live',
      random: (count) => new Uint8Array(count),
      nowMs: 0,
      handshake: (input[0] ?? 0) % 3 === 0 ? 'digest' : 'simple',
    },
    {
      onReady: () => {
        ready++;
        session.sendMedia({ type: 8, timestamp: 0, payload: Uint8Array.of(0xaf, 1) });
      },
      onMedia: () => {
        if (action === 'publish') throw new Broken('media came to a publisher');
      },
      onEnd: () => ended++,
    },
  );
  let outcome = 'ok';
  try {
    for (const piece of pieces(input)) {
      session.handle(piece);
      session.takeOutput();
    }
    session.poll(10_000);
  } catch (error) {
    outcome = expectedCode(error, 'LH_RTMP_', 'LH_FLV_');
    if (session.state.kind !== 'closed')
      throw new Broken(`${outcome} left the session ${session.state.kind}`);
  }
  session.close();
  if (ready > 1 || ended > 1) throw new Broken(`ready ${ready} times, ended ${ended} times`);
  return outcome;
}

function result(transactionId: number): Rtmp.WrittenMessage {
  return Rtmp.command('_result', transactionId, [null, 1]);
}

function answered(...messages: readonly Rtmp.WrittenMessage[]): Uint8Array {
  return cut(1, Rtmp.handshake(), Rtmp.message(...messages));
}

/** What a server answers, in a likely order. */
function conversation(random: Random): Rtmp.WrittenMessage[] {
  const status = () => amfObject({ level: random.pick(LEVELS), code: random.pick(CODES), description: 'd' });
  const line = () =>
    random.pick<Rtmp.WrittenMessage>([
      Rtmp.command('onStatus', 0, [null, status()], 1),
      Rtmp.command(random.pick(['_result', '_error', 'close', 'onBWDone']), random.integer(0, 5), [
        null,
        status(),
      ]),
      {
        type: random.pick([8, 9, 18, 22]),
        streamId: 1,
        chunkStreamId: 5,
        payload: random.bytes(random.integer(0, 300)),
      },
      Rtmp.control(random.integer(1, 6), random.uint32(), 2),
      Rtmp.userControl(random.integer(0, 9), random.integer(0, 2)),
    ]);
  const started = amfObject({
    level: 'status',
    code: random.pick(['NetStream.Play.Start', 'NetStream.Publish.Start']),
    description: '',
  });
  return [
    result(1),
    ...Array.from({ length: random.integer(0, 3) }, line),
    Rtmp.command('_result', 4, [null, random.pick([1, 0, -1, 2 ** 33])]),
    Rtmp.command('onStatus', 0, [null, started], 1),
    ...Array.from({ length: random.integer(0, 12) }, line),
  ];
}

const LEVELS = ['status', 'warning', 'error', 'none'];
const CODES = [
  'NetStream.Play.Start',
  'NetStream.Play.Stop',
  'NetStream.Publish.Start',
  'NetStream.Play.UnpublishNotify',
  '',
];
