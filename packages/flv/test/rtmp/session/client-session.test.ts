import t from 'tap';
import {
  encodeAmf,
  type MediaMessage,
  type RtmpClientOptions,
  RtmpClientSession,
  RtmpServerSession,
  type Status,
  StatusCode,
} from '../../../src/index.js';
import { ChunkEncoder } from '../../../src/rtmp/chunk/encoder.js';
import { ServerHandshake } from '../../../src/rtmp/handshake/server.js';
import * as Command from '../../../src/rtmp/message/command.js';
import { statusObject } from '../../../src/rtmp/session/status.js';
import { seededRandom } from '../../seeded-random.js';

interface Heard {
  ready: number;
  ended: number;
  readonly media: MediaMessage[];
  readonly statuses: Status[];
}

function newClient(options: Partial<RtmpClientOptions> = {}) {
  const heard: Heard = { ready: 0, ended: 0, media: [], statuses: [] };
  const session = new RtmpClientSession(
    {
      action: 'publish',
      app: 'live',
      name: 'cam?k=1',
      tcUrl: 'rtmp://h/live',
      random: seededRandom(1),
      nowMs: 0,
      ...options,
    },
    {
      onReady: () => heard.ready++,
      onMedia: (message) => heard.media.push(message),
      onStatus: (status) => heard.statuses.push(status),
      onEnd: () => heard.ended++,
    },
  );
  return { session, heard };
}

/** A server session that accepts everything, and its log. */
function newServer() {
  const log: string[] = [];
  const media: MediaMessage[] = [];
  const server: RtmpServerSession = new RtmpServerSession(
    { random: seededRandom(2), nowMs: 0 },
    {
      onPublish({ streamId, app, name, query, mode }) {
        log.push(`publish ${app}/${name}?${query} ${mode}`);
        server.acceptPublish(streamId);
      },
      onPlay({ streamId, app, name, query }) {
        log.push(`play ${app}/${name}?${query}`);
        server.acceptPlay(streamId);
      },
      onMedia: ({ type, timestamp, payload }) => media.push({ type, timestamp, payload }),
      onUnpublish: (streamId) => log.push(`unpublish ${streamId}`),
      onStop: (streamId) => log.push(`stop ${streamId}`),
    },
  );
  return { server, log, media };
}

/** Carries bytes both ways until neither side has any left. */
function exchange(client: RtmpClientSession, server: RtmpServerSession): void {
  for (;;) {
    const up = client.takeOutput();
    for (const piece of up) server.handle(piece);
    const down = server.takeOutput();
    for (const piece of down) client.handle(piece);
    if (up.length + down.length === 0) return;
  }
}

const MESSAGES: readonly MediaMessage[] = [
  { type: 18, timestamp: 0, payload: encodeAmf(['onMetaData', null]) },
  { type: 18, timestamp: 0, payload: encodeAmf(['onTextData', null]) },
  { type: 9, timestamp: 0xfffffff0, payload: new Uint8Array(200_000).fill(9) },
  { type: 8, timestamp: 0xfffffff8, payload: new Uint8Array(0) },
  { type: 9, timestamp: 5, payload: Uint8Array.of(0x27, 1) },
];

for (const handshake of ['simple', 'digest'] as const) {
  t.test(`publishes with the ${handshake} handshake`, async (t) => {
    const { session, heard } = newClient({ handshake });
    const { server, log, media } = newServer();
    session.sendMedia(MESSAGES[0] as MediaMessage);
    exchange(session, server);
    t.equal(heard.ready, 1);
    t.same(session.state, { kind: 'ready', streamId: 1 });
    t.equal(session.deadlineMs, undefined);
    for (const message of MESSAGES) session.sendMedia(message);
    exchange(session, server);
    t.strictSame(media, MESSAGES, 'each once, metadata too, nothing from before');
    session.close();
    session.close();
    exchange(session, server);
    t.same(log, ['publish live/cam?k=1 live', 'unpublish 1']);
    t.same(session.state, { kind: 'closed' });
    t.ok(session.stats.bytesReceived > 0);
  });
}

t.test('plays until the server ends it', async (t) => {
  const { session, heard } = newClient({ action: 'play', bufferMs: 100 });
  const { server, log } = newServer();
  exchange(session, server);
  t.equal(heard.ready, 1);
  for (const message of MESSAGES) server.sendMedia(1, message);
  exchange(session, server);
  t.strictSame(heard.media, MESSAGES);
  server.endPlay(1);
  exchange(session, server);
  t.equal(heard.ended, 1, 'once, however many ways it is said');
  t.same(session.state, { kind: 'ended' });
  t.ok(heard.statuses.some(({ code }) => code === StatusCode.PLAY_UNPUBLISH_NOTIFY));
  session.close();
  exchange(session, server);
  t.same(log, ['play live/cam?k=1']);
});

t.test('a player takes leave with deleteStream', async (t) => {
  const { session } = newClient({ action: 'play' });
  const { server, log } = newServer();
  exchange(session, server);
  session.close();
  exchange(session, server);
  t.same(log, ['play live/cam?k=1', 'stop 1']);
});

t.test('what a server without manners may send is survived', async (t) => {
  const { session, heard, say } = greeted({ action: 'play' });
  say.command('onBWDone', 0, []);
  say.command('_result', 1, []);
  say.command('_result', 1, []);
  say.command('_error', 2, [null, null]);
  say.command('_result', 4, [null, 7]);
  say.command('_result', 4, [null, 8]);
  t.match(session.state, { kind: 'requesting', streamId: 7 });
  say.command('onStatus', 0, [null, 'no object']);
  say.status('status', StatusCode.PLAY_RESET);
  say.status('status', StatusCode.PLAY_START);
  say.status('status', StatusCode.PLAY_START);
  t.equal(heard.ready, 1);
  for (const type of [8, 15, 16, 18, 99]) say.message(type, Uint8Array.of(0, 2));
  t.same(
    heard.media.map(({ type, payload }) => [type, payload.length]),
    [
      [8, 2],
      [18, 1],
      [18, 2],
    ],
  );
  say.message(4, Uint8Array.of(0, 1, 0, 0, 0, 9)); // end of another stream
  t.equal(heard.ended, 0);
  say.command('close', 0, []);
  t.equal(heard.ended, 1);
});

t.test('the end of its stream ends a player', async (t) => {
  const { heard, say } = greeted({ action: 'play' });
  say.command('_result', 1, []);
  say.command('_result', 4, [null, 7]);
  say.status('status', StatusCode.PLAY_START);
  say.message(4, Uint8Array.of(0, 1, 0, 0, 0, 7));
  t.equal(heard.ended, 1);
});

t.test('media that nobody asked for is not reported', async (t) => {
  const early = greeted({ action: 'play' });
  early.say.message(9, Uint8Array.of(1));
  t.same(early.heard.media, []);
  const publisher = greeted({ action: 'publish' });
  publisher.say.command('_result', 1, []);
  publisher.say.command('_result', 4, [null, 1]);
  publisher.say.message(9, Uint8Array.of(1));
  t.same(publisher.heard.media, []);
});

t.test('the refusal of a server is thrown in its own words', async (t) => {
  const description = 'go away';
  const object = statusObject({ level: 'error', code: StatusCode.CONNECT_REJECTED, description });
  const { session, say } = greeted();
  t.throws(() => say.command('_error', 1, [null, object]), {
    code: 'LH_RTMP_REFUSED',
    remoteCode: StatusCode.CONNECT_REJECTED,
    message: 'go away',
  });
  t.match(session.state, { kind: 'closed', error: { code: 'LH_RTMP_REFUSED' } });
  t.doesNotThrow(() => say.command('_error', 1, [null, object]), 'closed is closed');
  session.poll(1e9);
  const silent = greeted();
  t.throws(() => silent.say.command('_error', 1, []), {
    code: 'LH_RTMP_REFUSED',
    message: 'NetConnection.Call.Failed',
  });
  const publisher = greeted();
  t.throws(() => publisher.say.status('error', StatusCode.PUBLISH_BAD_NAME), {
    code: 'LH_RTMP_REFUSED',
    message: StatusCode.PUBLISH_BAD_NAME,
  });
});

t.test('createStream without a number is against the protocol', async (t) => {
  const { say } = greeted();
  say.command('_result', 1, []);
  t.throws(() => say.command('_result', 4, [null]), { code: 'LH_RTMP_COMMAND' });
});

t.test('messages after the owner has closed are not reported', async (t) => {
  const { session, heard, say } = greeted({ action: 'play' });
  say.command('_result', 1, []);
  say.command('_result', 4, [null, 1]);
  heard.statuses.push = () => {
    session.close();
    return 0;
  };
  say.together(() => {
    say.status('status', 'a');
    say.message(9, Uint8Array.of(1));
    say.message(4, Uint8Array.of(0, 1, 0, 0, 0, 1));
    say.command('close', 0, []);
  });
  t.same(heard.media, []);
  t.equal(heard.ended, 0);
});

t.test('the server has a stated time to accept', async (t) => {
  const { session } = newClient({ nowMs: 100 });
  t.equal(session.deadlineMs, 5100);
  session.poll(5099);
  t.throws(() => session.poll(5100), { code: 'LH_RTMP_TIMEOUT', message: 'handshake' });
  t.match(session.state, { kind: 'closed', error: { code: 'LH_RTMP_TIMEOUT' } });
  const { session: later, say } = greeted();
  say.command('_result', 1, []);
  t.throws(() => later.poll(5000), { message: 'creating' });
});

t.test('the optional events may be left out', async (t) => {
  const { server } = newServer();
  const options = { app: 'a', name: 'b', tcUrl: 'rtmp://h/a', random: seededRandom(1), nowMs: 0 };
  let ready = 0;
  const session = new RtmpClientSession({ ...options, action: 'play' }, { onReady: () => ready++ });
  exchange(session, server);
  server.sendMedia(1, { type: 8, timestamp: 0, payload: Uint8Array.of(1) });
  server.endPlay(1);
  exchange(session, server);
  t.equal(ready, 1);
  t.equal(session.state.kind, 'ended');
});

/** A client whose handshake is done, and a server that says what the test wants. */
function greeted(options: Partial<RtmpClientOptions> = {}) {
  const { session, heard } = newClient(options);
  const handshake = new ServerHandshake({ random: seededRandom(3), nowMs: 0 });
  for (const piece of session.takeOutput()) handshake.handle(piece, 0);
  for (const piece of handshake.takeOutput()) session.handle(piece);
  const encoder = new ChunkEncoder();
  let held: Uint8Array[] | undefined;
  const say = {
    message(type: number, payload: Uint8Array) {
      const pieces = encoder.encode(3, { type, streamId: 1, timestamp: 0, payload });
      if (held) held.push(...pieces);
      else session.handle(Buffer.concat(pieces));
    },
    command(name: string, transactionId: number, values: Parameters<typeof encodeAmf>[0]) {
      say.message(20, Command.encode({ name, transactionId, values }));
    },
    status(level: Status['level'], code: string) {
      say.command('onStatus', 0, [null, statusObject({ level, code, description: '' })]);
    },
    together(speak: () => void) {
      held = [];
      speak();
      session.handle(Buffer.concat(held));
      held = undefined;
    },
  };
  return { session, heard, say };
}
