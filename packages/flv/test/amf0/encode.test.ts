import fc from 'fast-check';
import t from 'tap';
import {
  AmfEcmaArray,
  AmfTypedObject,
  type AmfValue,
  amfObject,
  amfProperties,
  decodeAmf,
  encodeAmf,
} from '../../src/index.js';
import { hex, VECTORS } from './vectors.js';

for (const { name, value, bytes } of VECTORS) {
  t.test(`encodes ${name}`, async (t) => {
    t.equal(Buffer.from(encodeAmf([value])).toString('hex'), bytes);
  });
}

t.test('a string of 65,535 bytes is a short one', async (t) => {
  t.same(encodeAmf(['x'.repeat(65_535)]).subarray(0, 3), hex('02ffff'));
});

t.test('a name over 65,535 bytes is the caller mistake', async (t) => {
  const long = 'ä'.repeat(32_768);
  t.throws(() => encodeAmf([new Map([[long, 1]])]), RangeError);
  t.throws(() => encodeAmf([new AmfTypedObject(long, new Map())]), RangeError);
});

t.test('a value outside AMF0 is the caller mistake', async (t) => {
  t.throws(() => encodeAmf([{ plain: 'object' } as unknown as AmfValue]), TypeError);
});

t.test('what is encoded decodes to the same', async (t) => {
  const { value } = fc.letrec<{ value: AmfValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.double({ noNaN: true }),
      fc.boolean(),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(null, undefined),
      fc.date({ noInvalidDate: true }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.array(fc.tuple(fc.string(), tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
      fc
        .array(fc.tuple(fc.string(), tie('value')), { maxLength: 4 })
        .map((e) => new AmfEcmaArray(new Map(e))),
    ),
  }));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 4 }), (values) => {
      t.strictSame(decodeAmf(encodeAmf(values)), values);
    }),
    { numRuns: 200 },
  );
});

t.test('the properties of every kind of object can be read alike', async (t) => {
  const properties = amfObject({ a: 1 });
  t.equal(amfProperties(properties), properties);
  t.equal(amfProperties(new AmfEcmaArray(properties)), properties);
  t.equal(amfProperties(new AmfTypedObject('C', properties)), properties);
  t.equal(amfProperties('a'), undefined);
});
