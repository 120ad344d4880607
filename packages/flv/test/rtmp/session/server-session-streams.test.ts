import t from 'tap';
import { DEFAULT_RTMP_LIMITS, encodeAmf, encodeSharedMedia, StatusCode } from '../../../src/index.js';
import { publishing, ScriptedClient } from './scripted-client.js';

const NOTHING = new Uint8Array(0);
const video = (payload = Uint8Array.of(0x17, 1, 0, 0, 0)) => ({
  type: 9,
  streamId: 1,
  timestamp: 40,
  payload,
});

t.test('a publisher is heard from acceptance until it deletes its stream', async (t) => {
  const client = new ScriptedClient().connect();
  client.command('releaseStream', 2, [null, 'cam?k=1']);
  client.command('FCPublish', 3, [null, 'cam?k=1']);
  client.command('createStream', 4, [null]);
  t.match(client.commands(), [
    ['_result', 2, 0, null, undefined],
    ['_result', 3, 0, null, undefined],
    ['onFCPublish', 0, 0, null, { code: StatusCode.PUBLISH_START }],
    ['_result', 4, 0, null, 1],
  ]);
  client.command('publish', 5, [null, 'cam?k=1', 'live'], 1);
  t.same(client.log.publishes, [
    { streamId: 1, host: 'host', app: 'live', name: 'cam', query: 'k=1', mode: 'live' },
  ]);
  client.message(video());
  t.same(client.log.media, [], 'not accepted yet');
  client.session.acceptPublish(1);
  t.match(client.commands(), [['onStatus', 0, 1, null, { level: 'status', code: StatusCode.PUBLISH_START }]]);
  client.message(video());
  client.message({ ...video(), type: 8, timestamp: 50, payload: Uint8Array.of(0xaf, 1) });
  client.message({ ...video(), type: 16 });
  client.message({ ...video(), type: 99 });
  client.message({ ...video(), streamId: 2 });
  t.same(client.log.media, [
    { streamId: 1, type: 9, timestamp: 40, payload: Uint8Array.of(0x17, 1, 0, 0, 0) },
    { streamId: 1, type: 8, timestamp: 50, payload: Uint8Array.of(0xaf, 1) },
  ]);
  client.command('deleteStream', 0, [null, 1]);
  client.message(video());
  t.equal(client.log.media.length, 2);
  t.same(client.log.ended, ['unpublish 1']);
  client.command('deleteStream', 0, [null, 1]);
  client.session.close();
  t.same(client.log.ended, ['unpublish 1'], 'it ends once');
});

t.test('media on stream 0 is of the one stream that publishes', async (t) => {
  const client = publishing();
  client.message({ ...video(), streamId: 0 });
  t.match(client.log.media, [{ streamId: 1, type: 9, timestamp: 40 }]);
  client.command('createStream', 3, [null]);
  client.command('publish', 4, [null, 'second', 'live'], 2);
  client.message({ ...video(), streamId: 0 });
  t.equal(client.log.media.length, 2, 'the other is not accepted yet');
  client.session.acceptPublish(2);
  client.message({ ...video(), streamId: 0 });
  t.equal(client.log.media.length, 2, 'of two it could be either');
  client.session.close();
  const idle = new ScriptedClient().createStream();
  idle.message({ ...video(), streamId: 0 });
  t.same(idle.log.media, [], 'of none it is nothing');
});

t.test('script data comes without @setDataFrame, in AMF0 and AMF3 messages', async (t) => {
  const client = publishing();
  const metadata = encodeAmf(['onMetaData', null]);
  const wrapped = encodeAmf(['@setDataFrame', 'onMetaData', null]);
  client.message({ ...video(), type: 18, payload: wrapped });
  client.message({ ...video(), type: 15, payload: Buffer.concat([Uint8Array.of(0), wrapped]) });
  t.same(
    client.log.media.map(({ type, payload }) => [type, payload]),
    [
      [18, metadata],
      [18, metadata],
    ],
  );
});

t.test('aggregates arrive split, without what is no media', async (t) => {
  const client = publishing();
  const part = (type: string) => `${type}00000100000a00000000aa0000000c`;
  const payload = new Uint8Array(Buffer.from(part('08') + part('14') + part('16') + part('09'), 'hex'));
  client.message({ ...video(), type: 22, payload });
  t.same(
    client.log.media.map(({ type, timestamp }) => [type, timestamp]),
    [
      [8, 40],
      [9, 40],
    ],
  );
});

t.test('a publication ends by every way that clients know', async (t) => {
  const ways: [string, (client: ScriptedClient) => void][] = [
    ['closeStream on its stream', (client) => client.command('closeStream', 0, [null], 1)],
    ['closeStream by name', (client) => client.command('closeStream', 0, [null, 'cam'])],
    ['deleteStream by name', (client) => client.command('deleteStream', 0, [null, 'cam'])],
    ['FCUnpublish', (client) => client.command('FCUnpublish', 6, [null, 'cam'])],
    ['the socket', (client) => client.session.close()],
  ];
  for (const [name, end] of ways) {
    const client = publishing();
    client.command('closeStream', 0, [null, 'other']);
    client.command('closeStream', 0, [null], 9);
    t.same(client.log.ended, []);
    end(client);
    t.same(client.log.ended, ['unpublish 1'], name);
    client.message(video());
    t.same(client.log.media, [], `${name}: nothing is heard afterwards`);
  }
});

t.test('after closeStream the stream can be used again', async (t) => {
  const client = publishing();
  client.command('closeStream', 0, [null], 1);
  client.command('play', 0, [null, 'cam'], 1);
  t.equal(client.log.plays.length, 1);
  client.session.close();
  t.same(client.log.ended, ['unpublish 1', 'stop 1'], 'a request nobody has answered ends too');
});

t.test('publish and play are refused in the words of the owner', async (t) => {
  const client = new ScriptedClient().createStream();
  client.command('publish', 5, [null, 'cam', 'live'], 1);
  client.session.refuse(1, { code: StatusCode.PUBLISH_DENIED, description: 'no token' });
  t.match(client.commands(), [
    ['onStatus', 0, 1, null, { level: 'error', code: StatusCode.PUBLISH_DENIED, description: 'no token' }],
  ]);
  client.session.acceptPublish(1);
  client.session.refuse(1, { code: StatusCode.PUBLISH_DENIED, description: 'again' });
  client.session.refuse(7, { code: StatusCode.PUBLISH_DENIED, description: 'what' });
  t.same(client.commands(), [], 'there is nothing more to answer');
  client.command('play', 5, [null, 'cam'], 1);
  client.session.refuse(1, { code: StatusCode.PLAY_STREAM_NOT_FOUND, description: 'unknown' });
  t.same(client.statuses(), [`onStatus error ${StatusCode.PLAY_STREAM_NOT_FOUND}`]);
  client.session.close();
  t.same(client.log.ended, [], 'the owner knows that it refused');
});

t.test('a publication can be ended by the owner', async (t) => {
  const client = publishing();
  client.session.refuse(1, { code: StatusCode.PUBLISH_BAD_NAME, description: 'replaced' });
  t.same(client.statuses(), [`onStatus error ${StatusCode.PUBLISH_BAD_NAME}`]);
  client.message(video());
  t.same(client.log.media, []);
  t.same(client.log.ended, []);
});

t.test('a player hears when play begins, gets media, and hears when it ends', async (t) => {
  const client = new ScriptedClient().createStream();
  client.command('getStreamLength', 4, [null, 'cam']);
  t.match(client.commands(), [['_result', 4, 0, null, 0]]);
  client.command('play', 5, [null, 'cam', -2000], 1);
  t.same(client.log.plays, [{ streamId: 1, host: 'host', app: 'live', name: 'cam', query: '' }]);
  const message = { type: 9, timestamp: 0x01000000, payload: new Uint8Array(100_000).fill(7) } as const;
  client.session.sendMedia(1, message);
  const shared = encodeSharedMedia(message, { chunkBytes: client.session.chunkBytes, streamId: 1 });
  client.session.sendShared(1, shared);
  client.session.endPlay(1);
  t.same(client.received(), [], 'nothing before it is accepted');
  client.session.acceptPlay(1);
  client.session.acceptPlay(1);
  const [begin, start, ...none] = client.received();
  t.match(begin, { type: 4, payload: new Uint8Array(6).fill(1, 5) });
  t.match(start, { type: 20, streamId: 1 });
  t.same(none, []);
  client.session.sendMedia(1, message);
  client.session.sendShared(1, shared);
  t.strictSame(client.received(), [
    { ...message, streamId: 1 },
    { ...message, streamId: 1 },
  ]);
  client.session.endPlay(1);
  const [eof, ...rest] = client.received();
  t.match(eof, { type: 4, payload: Uint8Array.of(0, 1, 0, 0, 0, 1) });
  t.equal(rest.length, 2);
  t.same(client.log.ended, [], 'the owner knows that it ended');
});

t.test('Play.Reset goes only to a client that asked for it', async (t) => {
  const client = new ScriptedClient().createStream();
  client.command('play', 5, [null, 'cam', -2000, -1, true], 1);
  client.session.acceptPlay(1);
  t.same(client.statuses(), [
    `onStatus status ${StatusCode.PLAY_RESET}`,
    `onStatus status ${StatusCode.PLAY_START}`,
  ]);
});

t.test('stopping a play is reported', async (t) => {
  const client = new ScriptedClient().createStream();
  client.command('play', 5, [null, 'cam'], 1);
  client.session.acceptPlay(1);
  client.command('deleteStream', 0, [null, 1]);
  t.same(client.log.ended, ['stop 1']);
});

t.test('a stream has one use at a time, and must exist', async (t) => {
  const client = publishing();
  client.command('publish', 5, [null, 'other', 'live'], 1);
  client.command('play', 6, [null, 'other'], 1);
  client.command('publish', 7, [null, 'other'], 2);
  t.match(client.commands(), [
    [
      'onStatus',
      0,
      1,
      null,
      { level: 'error', code: StatusCode.PUBLISH_BAD_NAME, description: 'the stream is in use' },
    ],
    ['onStatus', 0, 1, null, { level: 'error', code: StatusCode.PLAY_FAILED }],
    ['onStatus', 0, 2, null, { level: 'error', description: 'createStream comes first' }],
  ]);
  t.equal(client.log.publishes.length, 1);
});

t.test('a name or mode of another type reads as empty', async (t) => {
  const client = new ScriptedClient().createStream();
  client.command('publish', 5, [null, 17, false], 1);
  t.match(client.log.publishes, [{ name: '', mode: '' }]);
});

t.test('streams are limited and their lowest number is used again', async (t) => {
  const client = new ScriptedClient().connect();
  const limit = DEFAULT_RTMP_LIMITS.maxMessageStreams;
  for (let index = 0; index < limit; index++) client.command('createStream', 10 + index, [null]);
  t.equal(client.commands().at(-1)?.[4], limit);
  client.command('createStream', 99, [null]);
  t.match(client.commands(), [['_error', 99, 0, null, { code: StatusCode.CALL_FAILED }]]);
  client.command('deleteStream', 0, [null, 2]);
  client.command('createStream', 100, [null]);
  t.match(client.commands(), [['_result', 100, 0, null, 2]]);
});

t.test('pause and seek are refused and play goes on', async (t) => {
  const client = new ScriptedClient().createStream();
  client.command('play', 5, [null, 'cam'], 1);
  client.session.acceptPlay(1);
  client.received();
  client.command('pause', 6, [null, true, 0], 1);
  client.command('seek', 7, [null, 1000], 1);
  client.command('pause', 0, [null, true, 0], 1);
  client.command('seek', 0, [null, 1000], 1);
  t.same(client.statuses(), [
    `_error error ${StatusCode.PAUSE_FAILED}`,
    `_error error ${StatusCode.SEEK_FAILED}`,
    `onStatus warning ${StatusCode.PAUSE_FAILED}`,
    `onStatus warning ${StatusCode.SEEK_FAILED}`,
  ]);
  client.session.sendMedia(1, { type: 8, timestamp: 0, payload: NOTHING });
  t.equal(client.received().length, 1);
});
