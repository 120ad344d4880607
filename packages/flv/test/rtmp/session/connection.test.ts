import t from 'tap';
import { ScriptedClient } from './scripted-client.js';

const audio = (size: number) => ({ type: 8, streamId: 1, timestamp: 0, payload: new Uint8Array(size) });

t.test('received bytes are acknowledged at the window that the peer states', async (t) => {
  const client = new ScriptedClient().connect();
  client.control(5, '00001000');
  t.same(client.received(), []);
  const before = client.session.stats.bytesReceived;
  client.message(audio(4096));
  const [acknowledgement, ...rest] = client.received();
  t.equal(acknowledgement?.type, 3);
  t.same(rest, []);
  const sequence = Buffer.from(acknowledgement?.payload ?? '').readUInt32BE();
  t.equal(sequence, client.session.stats.bytesReceived);
  t.ok(sequence > before + 4096);
  client.message(audio(1000));
  t.same(client.received(), [], 'not before the next window');
  client.message(audio(3096));
  t.equal(client.received().length, 1);
});

t.test(
  'bytes are counted from the end of the handshake, and exactly the window is acknowledged',
  async (t) => {
    const greeted = new ScriptedClient().greet();
    t.equal(greeted.session.stats.bytesReceived, 0);
    const client = new ScriptedClient().connect();
    const windowBytes = client.session.stats.bytesReceived + 16; // with the message that says so
    client.control(5, windowBytes.toString(16).padStart(8, '0'));
    t.match(client.received(), [{ type: 3 }]);
    t.equal(client.session.stats.bytesReceived, windowBytes);
  },
);

t.test('without a stated window they are acknowledged every 2,500,000 bytes', async (t) => {
  for (const stated of [undefined, '00000000']) {
    const client = new ScriptedClient().connect();
    if (stated) client.control(5, stated);
    client.message(audio(2_400_000));
    t.same(client.received(), []);
    client.message(audio(100_000));
    t.match(client.received(), [{ type: 3 }]);
  }
});

t.test('a tiny window costs one acknowledgement for each read', async (t) => {
  const client = new ScriptedClient().connect();
  client.control(5, '00000001');
  client.received();
  client.message(audio(10_000));
  t.equal(client.received().length, 1);
});

t.test('the acknowledgements of the peer are kept', async (t) => {
  const client = new ScriptedClient().connect();
  client.control(3, '00012345');
  t.match(client.session.stats, { bytesAcknowledgedByPeer: 0x12345, partialBytes: 0 });
  t.same(client.received(), []);
});

t.test('Set Peer Bandwidth is answered with a window when that changes it', async (t) => {
  const HARD = '00';
  const SOFT = '01';
  const DYNAMIC = '02';
  const steps: [string, string, number | undefined][] = [
    ['002625a0', DYNAMIC, undefined], // what connect announced already
    ['00001000', DYNAMIC, undefined], // no hard limit before: ignored
    ['00001000', HARD, 0x1000],
    ['00002000', SOFT, undefined], // the smaller one holds
    ['00000800', SOFT, 0x800],
    ['00000800', HARD, undefined],
    ['00003000', DYNAMIC, 0x3000], // after a hard limit: as hard
    ['00004000', DYNAMIC, 0x4000], // and so is the next
  ];
  const client = new ScriptedClient().connect();
  for (const [window, limit, expected] of steps) {
    client.control(6, window + limit);
    const answers = client.received().map(({ type, payload }) => [type, Buffer.from(payload).readUInt32BE()]);
    t.same(answers, expected === undefined ? [] : [[5, expected]], `${window} ${limit}`);
  }
});

t.test('Set Buffer Length and unknown events are taken and not answered', async (t) => {
  const client = new ScriptedClient().connect();
  client.control(4, '00030000000100000bb8');
  client.control(4, '0020');
  t.same(client.received(), []);
});

t.test('a control message that is cut short ends the session', async (t) => {
  for (const type of [3, 4, 5, 6]) {
    const client = new ScriptedClient().connect();
    t.throws(() => client.control(type, '00'), { code: 'LH_RTMP_CONTROL' });
  }
});
