import t from 'tap';
import * as Wire from '../src/index.js';

const { nameOf } = Wire;
const TABLES = {
  CloseCode: Wire.CloseCode,
  EndCode: Wire.EndCode,
  GoawayReason: Wire.GoawayReason,
  RequestErrorCode: Wire.RequestErrorCode,
  StreamCode: Wire.StreamCode,
};

t.test('no number of a table stands for two things', async (t) => {
  for (const [name, table] of Object.entries(TABLES)) {
    const numbers = Object.values(table);
    t.equal(new Set(numbers).size, numbers.length, name);
  }
});

t.test('codes have names, unknown ones are shown in hexadecimal', async (t) => {
  t.equal(nameOf(Wire.StreamCode, Wire.StreamCode.EVICTED), 'EVICTED');
  t.equal(nameOf(Wire.StreamCode, 0xbeef), '0xbeef');
});
