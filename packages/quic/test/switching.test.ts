import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { attach } from '@longhaul/testkit';
import t from 'tap';
import { ALGORITHMS, knobTable, type QuicConnection } from '../src/index.js';
import { connectPair, makeIdentities } from './support/pair.js';

const CHANGES = 1_000;
const SEED = 20_261;

/** Numbers from 0 to 1, the same in every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Sends blocks of random-looking bytes until `enough`; resolves with the digest of all that was written. */
function flood(connection: QuicConnection, next: () => number, enough: () => boolean): Promise<string> {
  const { send } = connection.openBidi({ priority: 0 });
  const hash = createHash('sha256');
  const block = Buffer.from(Uint8Array.from({ length: 65_536 }, () => next() * 256));
  let at = 0;
  return new Promise((resolve, reject) => {
    const fill = () => {
      while (send.credit > 0 && !enough()) {
        const piece = block.subarray(at % 60_000, (at % 60_000) + Math.min(send.credit, 5_000));
        const taken = send.write([piece]);
        hash.update(piece.subarray(0, taken));
        at += taken;
      }
      if (enough()) send.finish();
    };
    send.listen({ onCredit: fill, onAcknowledged: () => resolve(hash.digest('hex')), onStopped: reject });
    fill();
  });
}

t.test(`${CHANGES} random changes under load: nothing breaks and every byte arrives`, async (t) => {
  const pair = await connectPair({ identities: await makeIdentities() });
  t.teardown(() => pair.close());
  const closed: unknown[] = [];
  void attach(pair.dialer).then((info) => closed.push(info));
  const received = new Promise<string>((resolve, reject) => {
    const hash = createHash('sha256');
    void attach(pair.acceptor, {
      onBidiStream: ({ receive }) =>
        receive.read({
          onData: (chunks) => {
            for (const { bytes } of chunks) hash.update(bytes);
          },
          onFinished: () => resolve(hash.digest('hex')),
          onReset: reject,
        }),
    });
  });
  const next = random(SEED);
  const { congestion } = pair.dialer;
  const knobs = knobTable().filter(({ applies }) => applies !== 'new links');
  let changes = 0;
  const sent = flood(pair.dialer, random(SEED + 1), () => changes === CHANGES);
  const used = new Set<string>();
  const turn = () => {
    const knob = knobs[Math.floor(next() * knobs.length)];
    if (knob === undefined) return;
    const value = knob.min + next() * (knob.max - knob.min);
    // Limits that would stop the flow for good are no load.
    if (knob.name === 'fixed_rate' || knob.name.startsWith('max_')) return;
    congestion.setKnobs({ [knob.name]: knob.whole ? Math.round(value) : value });
  };
  for (; changes < CHANGES; changes++) {
    const algorithm = ALGORITHMS[Math.floor(next() * ALGORITHMS.length)] ?? 'bbr-live';
    used.add(algorithm);
    const kind = next();
    if (kind < 0.3) turn();
    else if (kind < 0.5) congestion.choose({ algorithm });
    else if (kind < 0.6) congestion.setRate(50e6 + next() * 500e6);
    else congestion.use(algorithm);
    await delay(next() * 3);
  }
  congestion.choose('bbr-live');
  t.equal(await received, await sent, 'what arrived is what was written');
  t.equal(used.size, ALGORITHMS.length);
  t.same(closed, []);
  const { freshBytes } = congestion.view() ?? { freshBytes: 0 };
  t.comment(`${(freshBytes / 1e6).toFixed(0)} MB under ${CHANGES} changes`);
  t.ok(freshBytes > 20e6, `${freshBytes} bytes were sent meanwhile`);
});
