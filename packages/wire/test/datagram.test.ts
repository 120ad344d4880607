import fc from 'fast-check';
import t from 'tap';
import { type Datagram, decodeDatagram, encodeDatagram } from '../src/index.js';
import { codeOf, fromHex, load } from './vectors.js';

const { vectors, invalid } = load(
  'datagram',
  ({ type, body }: { type: number; body: string }): Datagram => ({
    type,
    body: fromHex(body),
  }),
);

t.test('vectors are read and written', async (t) => {
  for (const { name, value, bytes } of vectors) {
    t.strictSame(encodeDatagram(value), bytes, name);
    t.strictSame(decodeDatagram(bytes), value, name);
  }
});

t.test('what breaks a rule is refused', async (t) => {
  for (const { name, bytes, error } of invalid)
    t.equal(
      codeOf(() => decodeDatagram(bytes)),
      error,
      name,
    );
});

t.test('any datagram comes back', async (t) => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.uint8Array(), (type, body) => {
      const back = decodeDatagram(encodeDatagram({ type, body }));
      return back.type === type && Buffer.compare(back.body, body) === 0;
    }),
    { examples: vectors.map(({ value }) => [value.type, value.body]) },
  );
  t.pass('held');
});
