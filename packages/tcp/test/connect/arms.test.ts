import t from 'tap';
import { decodeQuestion, encodeQuestion, MOST_ANSWER_BYTES } from '../../src/connect/question.js';
import { CONNECT_ARMS, connectQuic, connectTcpFull, respond } from '../../src/index.js';
import { makeIdentities } from '../support/pair.js';

const identities = await makeIdentities();

t.test('every arm connects, asks and is answered, in the way its name says', async (t) => {
  const responder = await respond({ identity: identities.edge, tcp: '127.0.0.1:0', quic: '127.0.0.1:0' });
  t.teardown(() => responder.close());
  const expected = {
    'tcp-full': { resumed: false, earlyData: 'none' },
    'tcp-resumed': { resumed: true, earlyData: 'none' },
    'quic-1rtt': { earlyData: 'none' },
    'quic-0rtt': { resumed: true, earlyData: 'accepted' },
  } as const;
  for (const [name, connect] of Object.entries(CONNECT_ARMS)) {
    const url = name.startsWith('tcp') ? `tls://${responder.tcp}` : `quic://${responder.quic}`;
    const result = await connect({ url, serverName: 'edge-1', identity: identities.center });
    t.match(result, expected[name as keyof typeof expected], name);
    t.ok(result.connectMs > 0 && result.connectMs <= result.handshakeMs, `${name} connects`);
    t.ok(result.firstByteMs >= result.connectMs, `${name} is answered`);
  }
});

t.test('as many bytes come back as are asked for, more than a stream takes at once', async (t) => {
  const responder = await respond({ identity: identities.edge, tcp: '127.0.0.1:0', quic: '127.0.0.1:0' });
  t.teardown(() => responder.close());
  const options = { serverName: 'edge-1', identity: identities.center, answerBytes: 600_000 };
  for (const result of [
    await connectTcpFull({ ...options, url: `tls://${responder.tcp}` }),
    await connectQuic({ ...options, url: `quic://${responder.quic}` }),
  ]) {
    t.equal(result.answerBytes, 600_000);
    t.ok(result.answeredMs >= result.firstByteMs && result.firstByteMs > 0);
  }
});

t.test('a question asks for one byte at least and for what an answer may be at most', async (t) => {
  for (const bytes of [1, 2, 77_000, MOST_ANSWER_BYTES])
    t.equal(decodeQuestion(encodeQuestion(bytes)), bytes);
  t.equal(decodeQuestion(encodeQuestion(MOST_ANSWER_BYTES + 1)), MOST_ANSWER_BYTES);
  t.equal(decodeQuestion(Uint8Array.of(0, 0, 0, 0)), 1);
  t.equal(decodeQuestion(Uint8Array.of()), 1);
});

t.test('nobody there is an error, not a result', async (t) => {
  const options = { serverName: 'edge-1', identity: identities.center };
  await t.rejects(connectTcpFull({ ...options, url: 'tls://127.0.0.1:9' }), { code: 'LH_TRANSPORT_REFUSED' });
  const impatient = { ...options, connectTimeoutMs: 200 };
  await t.rejects(connectQuic({ ...impatient, url: 'quic://127.0.0.1:9' }), { code: 'LH_TRANSPORT_TIMEOUT' });
});
