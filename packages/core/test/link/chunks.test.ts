import t from 'tap';
import * as Chunks from '../../src/link/chunks.js';

t.test('what a write did not take is left as views', async (t) => {
  const chunks = [Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3, 4, 5)];
  t.equal(Chunks.size(chunks), 5);
  t.strictSame(Chunks.after(chunks, 5), []);
  const rest = Chunks.after(chunks, 3);
  t.strictSame(
    rest.map((bytes) => [...bytes]),
    [[4, 5]],
  );
  t.equal(rest[0]?.buffer, chunks[2]?.buffer);
  t.equal(Chunks.after(chunks, 0).length, 3);
});
