/** What other programs said to this package once, said again: needs none of them. Made by record.ts. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { type MediaMessage, RtmpClientSession, RtmpServerSession } from '../../src/index.js';
import { ServerHandshake } from '../../src/rtmp/handshake/server.js';
import { seededRandom } from '../seeded-random.js';
import * as Programs from './programs.js';

interface Recorded {
  readonly messages: number;
  readonly sha256: string;
}

const recordings = JSON.parse(Buffer.from(Programs.recording('recordings.json')).toString()) as Record<
  string,
  Recorded
>;

for (const name of ['ffmpeg-publish', 'gstreamer-publish', 'librtmp-publish', 'rtmpdump-play']) {
  t.test(`${name}: the server session hears the same however the bytes are split`, async (t) => {
    const bytes = Programs.recording(`${name}.bin`);
    const expected = recordings[name];
    const [action] = name.split('-').slice(1);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 20 }), (steps) => {
        const heard = serve(bytes, steps);
        t.equal(heard.messages.length, expected?.messages);
        if (action === 'publish') t.equal(digest(heard.messages), expected?.sha256);
        t.same(heard.log, [`${action} live/sample${action === 'play' ? '?token=a' : ''}`, `${action} ends`]);
      }),
      { numRuns: 30, examples: [[[1]], [[bytes.length]]] },
    );
  });
}

t.test('nginx-play: the client session hears the same however the bytes are split', async (t) => {
  const bytes = Programs.recording('nginx-play.bin');
  const expected = recordings['nginx-play'];
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 20 }), (steps) => {
      const messages: MediaMessage[] = [];
      let ready = 0;
      const options = {
        app: 'live',
        name: 'sample',
        tcUrl: 'rtmp://h/live',
        random: seededRandom(1),
        nowMs: 0,
      };
      const session = new RtmpClientSession(
        { ...options, action: 'play' },
        { onReady: () => ready++, onMedia: (message) => messages.push(message) },
      );
      split(bytes, steps, (piece) => session.handle(piece));
      t.equal(ready, 1);
      t.equal(messages.length, expected?.messages);
      t.equal(digest(messages), expected?.sha256);
    }),
    { numRuns: 30, examples: [[[1]], [[bytes.length]]] },
  );
});

t.test('ffmpeg signs its handshake, librtmp and GStreamer do not', async (t) => {
  for (const [name, mode] of [
    ['ffmpeg-publish', 'digest'],
    ['rtmpdump-play', 'simple'],
    ['gstreamer-publish', 'simple'],
  ] as const) {
    const handshake = new ServerHandshake({ random: seededRandom(1), nowMs: 0 });
    handshake.handle(Programs.recording(`${name}.bin`), 0);
    t.equal(handshake.mode, mode, name);
  }
});

t.test('a recording cut at any byte is heard up to there', async (t) => {
  const bytes = Programs.recording('ffmpeg-publish.bin');
  const whole = serve(bytes, [bytes.length]).messages;
  for (let length = 0; length < bytes.length; length += 101) {
    const { messages } = serve(bytes.subarray(0, length), [4096]);
    if (digest(messages) !== digest(whole.slice(0, messages.length))) t.fail(`different at ${length} bytes`);
  }
  t.ok(whole.length > 20);
});

t.test('a recording with bytes changed never does anything but throw a coded error', async (t) => {
  for (const name of ['ffmpeg-publish', 'gstreamer-publish', 'librtmp-publish', 'rtmpdump-play']) {
    const bytes = Programs.recording(`${name}.bin`);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - HANDSHAKE - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const changed = bytes.slice();
          for (const [at, value] of changes) changed[HANDSHAKE + at] = value;
          try {
            serve(changed, [changed.length]);
            return true;
          } catch (error) {
            return /^LH_(RTMP|FLV)_/.test((error as { code?: string }).code ?? '');
          }
        },
      ),
      { numRuns: 300 },
    );
  }
  t.pass('held for 900 recordings');
});

/** Feeds a server session that accepts everything. */
function serve(bytes: Uint8Array, steps: readonly number[]) {
  const log: string[] = [];
  const messages: MediaMessage[] = [];
  const session: RtmpServerSession = new RtmpServerSession(
    { random: seededRandom(1), nowMs: 0 },
    {
      onPublish({ streamId, app, name, query }) {
        log.push(`publish ${app}/${name}${query && `?${query}`}`);
        session.acceptPublish(streamId);
      },
      onPlay({ streamId, app, name, query }) {
        log.push(`play ${app}/${name}${query && `?${query}`}`);
        session.acceptPlay(streamId);
      },
      onMedia: ({ type, timestamp, payload }) => messages.push({ type, timestamp, payload }),
      onUnpublish: () => log.push('publish ends'),
      onStop: () => log.push('play ends'),
    },
  );
  split(bytes, steps, (piece) => {
    session.handle(piece);
    session.takeOutput();
  });
  session.close();
  return { log, messages };
}

function split(bytes: Uint8Array, steps: readonly number[], handle: (piece: Uint8Array) => void): void {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const step = steps[turn % steps.length] as number;
    handle(bytes.subarray(at, at + step));
    at += step;
  }
}

function digest(messages: readonly MediaMessage[]): string {
  const hash = createHash('sha256');
  for (const { type, timestamp, payload } of messages) {
    hash.update(`${type} ${timestamp} ${payload.length}\n`).update(payload);
  }
  return hash.digest('hex');
}

/** C0, C1 and C2: what is random there stays. */
const HANDSHAKE = 3073;
