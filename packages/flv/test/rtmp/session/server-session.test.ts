import t from 'tap';
import { amfObject, encodeAmf, RtmpServerSession, StatusCode } from '../../../src/index.js';
import { seededRandom } from '../../seeded-random.js';
import { publishing, ScriptedClient } from './scripted-client.js';

const video = (payload = Uint8Array.of(0x17, 1, 0, 0, 0)) => ({
  type: 9,
  streamId: 1,
  timestamp: 40,
  payload,
});

t.test('connect is answered with window, bandwidth, chunk size and capabilities', async (t) => {
  const client = new ScriptedClient().greet();
  t.equal(client.session.state.kind, 'connecting');
  client.command('connect', 1, [
    amfObject({ app: 'live', tcUrl: 'rtmp://h/live', flashVer: 'F', fourCcList: ['hvc1', 7], capsEx: 2 }),
  ]);
  const { log } = client;
  t.same(log.connects, [
    { app: 'live', tcUrl: 'rtmp://h/live', flashVer: 'F', fourCcList: ['hvc1'], capsEx: 2 },
  ]);
  t.match(client.session.state, { kind: 'open', request: { app: 'live' } });
  const messages = client.received();
  t.same(
    messages.slice(0, -1).map(({ type }) => type),
    [5, 6],
    'Set Chunk Size is obeyed by the decoder',
  );
  t.equal(messages.at(-1)?.type, 20);
});

t.test('the result of connect carries Enhanced RTMP capabilities in both objects', async (t) => {
  const client = new ScriptedClient().greet();
  client.command('connect', 1, [amfObject({ app: 'live' })]);
  const [result] = client.commands();
  t.match(result, ['_result', 1, 0]);
  const enhanced = {
    capsEx: Number,
    fourCcList: Array,
    videoFourCcInfoMap: { hvc1: 4 },
    audioFourCcInfoMap: { Opus: 4 },
  };
  t.match(result?.[3], { fmsVer: String, capabilities: 31, ...enhanced });
  t.match(result?.[4], { level: 'status', code: StatusCode.CONNECT_SUCCESS, objectEncoding: 0, ...enhanced });
});

t.test('connect without an object is a client without properties', async (t) => {
  const client = new ScriptedClient().greet();
  client.command('connect', 1, [null]);
  t.same(client.log.connects, [{ app: '', tcUrl: '', flashVer: '', fourCcList: [], capsEx: 0 }]);
});

t.test('connect can be refused', async (t) => {
  const client = new ScriptedClient().greet();
  client.onConnect = () => client.session.refuseConnect('not here');
  client.command('connect', 1, [amfObject({ app: 'live' })]);
  t.match(client.commands(), [
    ['_error', 1, 0, null, { level: 'error', code: StatusCode.CONNECT_REJECTED, description: 'not here' }],
  ]);
  t.same(client.session.state, { kind: 'closed', end: { by: 'refusal', code: StatusCode.CONNECT_REJECTED } });
  const late = new ScriptedClient().connect();
  late.session.refuseConnect('too late');
  t.same(late.commands(), []);
  t.equal(late.session.state.kind, 'open');
});

t.test('calls of other protocols are answered as real servers do', async (t) => {
  const client = new ScriptedClient().connect();
  client.command('_checkbw', 5, [null]);
  client.command('FCSubscribe', 6, [null, 'cam']);
  client.command('FCUnsubscribe', 7, [null, 'cam']);
  client.command('FCUnpublish', 8, [null, 'cam']);
  t.match(client.commands(), [
    ['_result', 5, 0, null, undefined],
    ['_result', 6, 0, null, undefined],
    ['onFCSubscribe', 0, 0, null, { code: StatusCode.PLAY_START }],
    ['_result', 7, 0, null, undefined],
    ['_result', 8, 0, null, undefined],
    ['onFCUnpublish', 0, 0, null, { code: StatusCode.UNPUBLISH_SUCCESS }],
  ]);
});

t.test('an unknown call gets an error if it wants an answer', async (t) => {
  const client = new ScriptedClient().connect();
  client.command('getStats', 5, [null]);
  client.command('connect', 6, [null]);
  t.match(client.commands(), [
    [
      '_error',
      5,
      0,
      null,
      { level: 'error', code: StatusCode.CALL_FAILED, description: 'getStats is not supported here' },
    ],
    ['_error', 6, 0, null, { code: StatusCode.CALL_FAILED }],
  ]);
  for (const name of ['getStats', 'createStream', 'FCPublish']) client.command(name, 0, [null]);
  for (const name of ['_result', '_error', 'onStatus']) client.command(name, 5, [null]);
  t.notOk(client.commands().some(([name]) => name === '_error' || name === '_result'));
  t.equal(client.session.state.kind, 'open');
});

t.test('nothing works before connect', async (t) => {
  const client = new ScriptedClient().greet();
  client.command('createStream', 5, [null]);
  t.match(client.commands(), [['_error', 5, 0, null, { code: StatusCode.CALL_FAILED }]]);
  client.session.ping(1);
  t.same(client.received(), []);
});

t.test('pings go both ways', async (t) => {
  const client = new ScriptedClient().connect();
  client.control(4, '000600000007');
  t.match(client.received(), [{ type: 4, payload: Uint8Array.of(0, 7, 0, 0, 0, 7) }]);
  client.session.ping(2 ** 32 + 9);
  t.match(client.received(), [{ type: 4, payload: Uint8Array.of(0, 6, 0, 0, 0, 9) }]);
  client.control(4, '000700000009');
  t.same(client.log.pongs, [9]);
  t.same(client.received(), []);
});

t.test('a client that breaks the protocol is closed with the reason, once', async (t) => {
  const client = publishing();
  const broken = Uint8Array.of(0x84, 0, 0, 1);
  t.throws(() => client.session.handle(broken), { code: 'LH_RTMP_CHUNK_HEADER' });
  t.match(client.session.state, {
    kind: 'closed',
    end: { by: 'error', error: { code: 'LH_RTMP_CHUNK_HEADER' } },
  });
  t.same(client.log.ended, ['unpublish 1']);
  t.doesNotThrow(() => client.session.handle(broken));
  client.session.close();
  t.match(client.session.state, { end: { by: 'error' } });
});

t.test('an AMF bomb in a command is refused at the depth limit', async (t) => {
  const client = new ScriptedClient().connect();
  const bomb = Buffer.concat([encodeAmf(['connect', 1]), Buffer.from('0a00000001'.repeat(13_000), 'hex')]);
  t.throws(() => client.message({ type: 20, streamId: 0, timestamp: 0, payload: bomb }), {
    code: 'LH_RTMP_COMMAND',
    cause: { code: 'LH_FLV_AMF_LIMIT' },
  });
});

t.test('messages after the owner has closed in an event are not reported', async (t) => {
  const client = publishing();
  const { session, log } = client;
  const pieces: Uint8Array[] = [video(), video()].flatMap((message) => [
    Uint8Array.of(0x06, 0, 0, 40, 0, 0, 5, 9, 1, 0, 0, 0),
    message.payload,
  ]);
  const command = encodeAmf(['createStream', 9, null]);
  pieces.push(Uint8Array.of(0x03, 0, 0, 0, 0, 0, command.length, 20, 0, 0, 0, 0), command);
  log.media.push = (...items) => {
    session.close();
    return Array.prototype.push.apply(log.media, items);
  };
  session.handle(Buffer.concat(pieces));
  t.equal(log.media.length, 1);
  t.same(session.state, { kind: 'closed', end: { by: 'owner' } });
  t.same(client.received(), [], 'nor is a command answered');
});

t.test('a client has a stated time to connect', async (t) => {
  const client = new ScriptedClient({ nowMs: 1000 });
  t.equal(client.session.deadlineMs, 6000);
  client.session.poll(5999);
  client.greet();
  t.equal(client.session.deadlineMs, 6000, 'the handshake alone does not stop the clock');
  t.throws(() => client.session.poll(6000), { code: 'LH_RTMP_TIMEOUT' });
  t.equal(client.session.state.kind, 'closed');
  t.equal(client.session.deadlineMs, undefined);
  const fast = new ScriptedClient().connect();
  t.equal(fast.session.deadlineMs, undefined);
  fast.session.poll(1e9);
  t.equal(fast.session.state.kind, 'open');
});

t.test('the optional events may be left out', async (t) => {
  const events = { onPublish() {}, onPlay() {}, onMedia() {}, onUnpublish() {}, onStop() {} };
  const bare = new RtmpServerSession({ random: seededRandom(1), nowMs: 0 }, events);
  const { session } = new ScriptedClient();
  t.equal(bare.chunkBytes, session.chunkBytes);
  t.equal(
    new RtmpServerSession({ random: seededRandom(1), nowMs: 0, chunkBytes: 4096 }, events).chunkBytes,
    4096,
  );
});
