import fc from 'fast-check';
import t from 'tap';
import { AmfEcmaArray, DEFAULT_AMF_LIMITS, decodeAmf, FlvFormatError } from '../../src/index.js';
import { hex, VECTORS } from './vectors.js';

for (const { name, value, bytes } of VECTORS) {
  t.test(`decodes ${name}`, async (t) => {
    t.strictSame(decodeAmf(hex(bytes)), [value]);
    t.strictSame(decodeAmf(hex(`ffff${bytes}`), { offset: 2 }), [value], 'at an offset');
    const whole = hex(bytes);
    const step = whole.length > 1000 ? 997 : 1;
    for (let length = 1; length < whole.length; length += step) {
      t.throws(
        () => decodeAmf(whole.subarray(0, length)),
        { code: 'LH_FLV_AMF_TRUNCATED' },
        `cut at ${length}`,
      );
    }
  });
}

t.test('an ECMA array ends at its end marker whatever count it states', async (t) => {
  t.strictSame(decodeAmf(hex('08000000630001610101000009')), [new AmfEcmaArray(new Map([['a', true]]))]);
});

t.test('markers that are not accepted are refused by name', async (t) => {
  for (const marker of ['04', '07', '09', '0e', '11', '12', 'ff']) {
    t.throws(() => decodeAmf(hex(`${marker}0000`)), { code: 'LH_FLV_AMF_MARKER', message: `0x${marker}` });
  }
});

t.test('nesting is allowed up to the depth limit', async (t) => {
  const nested = (depth: number) => hex(`${'0a00000001'.repeat(depth)}05`);
  t.doesNotThrow(() => decodeAmf(nested(DEFAULT_AMF_LIMITS.maxDepth)));
  t.throws(() => decodeAmf(nested(DEFAULT_AMF_LIMITS.maxDepth + 1)), { code: 'LH_FLV_AMF_LIMIT' });
  t.throws(
    () => decodeAmf(nested(70_000)),
    { code: 'LH_FLV_AMF_LIMIT' },
    '70,000 levels do not reach the stack',
  );
  const side = hex('0a00000000'.repeat(100));
  t.equal(decodeAmf(side).length, 100, 'depth counts levels, not values');
});

t.test('properties are counted over all values together', async (t) => {
  const limits = { ...DEFAULT_AMF_LIMITS, maxProperties: 4 };
  const object = '030001610500016205000009';
  t.equal(decodeAmf(hex(object.repeat(2)), { limits }).length, 2);
  t.throws(() => decodeAmf(hex(`${object.repeat(2)}0a0000000105`), { limits }), { code: 'LH_FLV_AMF_LIMIT' });
  t.throws(() => decodeAmf(hex('0affffffff05050505050505'), { limits }), { code: 'LH_FLV_AMF_LIMIT' });
});

t.test('strings over the limit are refused before they are read', async (t) => {
  const limits = { ...DEFAULT_AMF_LIMITS, maxStringBytes: 3 };
  t.strictSame(decodeAmf(hex('020003616263'), { limits }), ['abc']);
  t.throws(() => decodeAmf(hex('020004'), { limits }), { code: 'LH_FLV_AMF_LIMIT', message: 'declared 4' });
  t.throws(() => decodeAmf(hex('0cffffffff')), { code: 'LH_FLV_AMF_LIMIT' });
  t.throws(() => decodeAmf(hex('0f00010001')), { code: 'LH_FLV_AMF_LIMIT' });
});

t.test('random bytes give values or a format error, nothing else', async (t) => {
  const seeds = VECTORS.filter(({ bytes }) => bytes.length < 200).map(
    ({ bytes }) => [hex(bytes)] as [Uint8Array],
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        return Array.isArray(decodeAmf(bytes));
      } catch (error) {
        return error instanceof FlvFormatError;
      }
    }),
    { numRuns: 2000, examples: seeds },
  );
  t.pass('held for 2,000 inputs');
});
