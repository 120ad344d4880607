import t from 'tap';
import { ClientHandshake } from '../../../src/rtmp/handshake/client.js';
import {
  answers,
  CLIENT_KEY,
  findDigest,
  HANDSHAKE_BYTES,
  SERVER_KEY,
  writeDigest,
} from '../../../src/rtmp/handshake/digest.js';
import { ServerHandshake } from '../../../src/rtmp/handshake/server.js';
import { seededRandom } from '../../seeded-random.js';

const options = (seed: number) => ({ random: seededRandom(seed), nowMs: 1234 });

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

for (const mode of ['simple', 'digest'] as const) {
  for (const step of [1, 7, 1536, 1537, 10_000]) {
    t.test(`${mode} handshake, ${step} bytes at a time`, async (t) => {
      const client = new ClientHandshake({ ...options(step), mode });
      const server = new ServerHandshake(options(step + 1));
      deliver(joined(client.takeOutput()), step, (bytes, at) => server.handle(bytes, at));
      t.equal(server.mode, mode);
      t.notOk(server.done);
      deliver(joined(server.takeOutput()), step, (bytes, at) => client.handle(bytes, at));
      t.ok(client.done);
      t.equal(client.mode, mode);
      t.ok(client.verified, 'S2 answers C1');
      deliver(joined(client.takeOutput()), step, (bytes, at) => server.handle(bytes, at));
      t.ok(server.done);
      t.equal(server.mode, mode);
    });
  }
}

t.test('bytes after the handshake are left alone', async (t) => {
  const client = new ClientHandshake({ ...options(1), mode: 'simple' });
  const server = new ServerHandshake(options(2));
  const first = joined(client.takeOutput());
  const used = server.handle(joined([first, new Uint8Array(HANDSHAKE_BYTES), Uint8Array.of(1, 2, 3)]), 0);
  t.equal(used, 1 + 2 * HANDSHAKE_BYTES);
  t.ok(server.done);
  t.equal(server.handle(Uint8Array.of(4), 0), 0, 'and so are later ones');
  const answer = joined(server.takeOutput());
  t.equal(client.handle(joined([Uint8Array.of(9), answer, Uint8Array.of(7)]), 1), 1 + answer.length);
  t.equal(client.handle(Uint8Array.of(7), 0), 0);
});

t.test('the server finds the digest in both schemes and answers in the same one', async (t) => {
  for (const scheme of [0, 1] as const) {
    const c1 = seededRandom(7 + scheme)(HANDSHAKE_BYTES);
    const digest = writeDigest(c1, scheme, CLIENT_KEY).slice();
    const server = new ServerHandshake(options(3));
    server.handle(joined([Uint8Array.of(3), c1]), 0);
    t.equal(server.mode, 'digest');
    const [s0, s1, s2] = server.takeOutput();
    t.same(s0, Uint8Array.of(3));
    t.equal(s1 && findDigest(s1, SERVER_KEY)?.scheme, scheme);
    t.ok(s2 && answers(s2, digest, SERVER_KEY));
  }
});

t.test('the digest stands where the sum of four bytes says, modulo 728', async (t) => {
  for (const { scheme, block } of [
    { scheme: 1, block: 8 },
    { scheme: 0, block: 772 },
  ] as const) {
    const c1 = new Uint8Array(HANDSHAKE_BYTES);
    c1.fill(255, block, block + 4);
    writeDigest(c1, scheme, CLIENT_KEY);
    const at = block + 4 + ((4 * 255) % 728);
    t.ok(c1.subarray(at, at + 32).some((byte) => byte !== 0));
    c1.fill(0, at, at + 32);
    t.same(c1.subarray(block + 4), new Uint8Array(HANDSHAKE_BYTES - block - 4), 'and nowhere else');
  }
});

t.test('a digest that is wrong by a bit is answered simply', async (t) => {
  const c1 = seededRandom(5)(HANDSHAKE_BYTES);
  const digest = writeDigest(c1, 1, CLIENT_KEY);
  const at = Buffer.from(c1).indexOf(digest);
  c1[at] = (c1[at] ?? 0) ^ 1;
  const server = new ServerHandshake(options(3));
  server.handle(joined([Uint8Array.of(3), c1]), 0);
  t.equal(server.mode, 'simple');
  const [, s1, s2] = server.takeOutput();
  t.same(s1?.subarray(4, 8), new Uint8Array(4), 'no product version');
  t.same(s2?.subarray(8), c1.subarray(8), 'S2 echoes C1');
  t.same(s2?.subarray(0, 4), c1.subarray(0, 4));
});

t.test('a signing client takes a server that does not sign', async (t) => {
  const client = new ClientHandshake({ ...options(1), mode: 'digest' });
  const c1 = joined(client.takeOutput()).subarray(1);
  const s1 = new Uint8Array(HANDSHAKE_BYTES).fill(9);
  client.handle(joined([Uint8Array.of(3), s1, c1]), 0);
  t.equal(client.mode, 'simple');
  t.ok(client.verified);
  t.same(joined(client.takeOutput()).subarray(8), s1.subarray(8), 'C2 echoes S1');
});

t.test('a wrong answer is noted and does not end the client', async (t) => {
  const client = new ClientHandshake({ ...options(1), mode: 'simple' });
  t.equal(client.mode, undefined);
  t.notOk(client.verified);
  client.handle(joined([Uint8Array.of(3), new Uint8Array(2 * HANDSHAKE_BYTES)]), 0);
  t.ok(client.done);
  t.notOk(client.verified);
});

t.test('the random bytes of the caller stay as they are', async (t) => {
  const given: Uint8Array[] = [];
  const random = (count: number) => {
    const bytes = Buffer.alloc(count, 5);
    given.push(bytes);
    return bytes;
  };
  const client = new ClientHandshake({ random, nowMs: 0, mode: 'digest' });
  const server = new ServerHandshake({ random, nowMs: 0 });
  server.handle(joined(client.takeOutput()), 0);
  client.handle(joined(server.takeOutput()), 0);
  t.equal(given.length, 4);
  t.ok(given.every((bytes) => bytes.every((byte) => byte === 5)));
});

t.test('no bytes are no version', async (t) => {
  t.equal(new ServerHandshake(options(1)).handle(new Uint8Array(0), 0), 0);
});

t.test('only version 3 is spoken', async (t) => {
  for (const version of [0, 2, 4, 6, 8, 0x47]) {
    const server = new ServerHandshake(options(1));
    t.equal(server.mode, undefined);
    t.throws(() => server.handle(Uint8Array.of(version), 0), {
      code: 'LH_RTMP_VERSION',
      message: `${version}`,
    });
    const client = new ClientHandshake({ ...options(1), mode: 'simple' });
    t.throws(() => client.handle(Uint8Array.of(version), 0), { code: 'LH_RTMP_VERSION' });
  }
});

function deliver(bytes: Uint8Array, step: number, handle: (bytes: Uint8Array, at: number) => number): void {
  for (let at = 0; at < bytes.length; at += step) handle(bytes.subarray(at, at + step), 0);
}
