import t from 'tap';
import {
  encodeFrame,
  encodeFrameHead,
  encodeInit,
  FrameCode,
  frameKindOf,
  MAX_FRAME_BYTES,
  MAX_INIT_BYTES,
  TRUNCATED_CODE,
} from '../../src/index.js';

t.test('encoding copies no payload', async (t) => {
  const payload = Uint8Array.of(1, 2, 3);
  const frame = { kind: 'key', ordinal: 5, timestamp: 0, payload } as const;
  t.equal(encodeFrame(frame, frame)[1], payload);
  t.equal(encodeInit({ version: 0, ordinal: 0, timestamp: 0, payload })[1], payload);
});

t.test('a payload over the limit is the fault of the caller', async (t) => {
  const frame = {
    kind: 'key',
    ordinal: 0,
    timestamp: 0,
    payload: new Uint8Array(MAX_FRAME_BYTES + 1),
  } as const;
  t.throws(() => encodeFrameHead(frame, frame), RangeError);
  const init = { version: 0, ordinal: 0, timestamp: 0, payload: new Uint8Array(MAX_INIT_BYTES + 1) };
  t.throws(() => encodeInit(init), RangeError);
});

t.test('an ordinal that goes back is the fault of the caller', async (t) => {
  const frame = { kind: 'key', ordinal: 1, timestamp: 0, payload: new Uint8Array() } as const;
  t.throws(() => encodeFrameHead(frame, { ordinal: 2, timestamp: 0 }), RangeError);
});

t.test('a timestamp that goes back takes few bytes', async (t) => {
  const frame = { kind: 'delta', ordinal: 1, timestamp: 0xffff_fff6, payload: new Uint8Array() } as const;
  t.strictSame([...encodeFrameHead(frame, { ordinal: 0, timestamp: 6 })], [2, 31, 1, 0]);
});

t.test('frame kinds and their numbers', async (t) => {
  for (const [kind, code] of Object.entries(FrameCode)) t.equal(frameKindOf(code), kind);
  t.equal(frameKindOf(0), undefined);
  t.equal(frameKindOf(TRUNCATED_CODE), undefined);
});
