import t from 'tap';
import * as Aggregate from '../../../src/rtmp/message/aggregate.js';

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const message = (payload: Uint8Array, timestamp = 5000) => ({ type: 22, streamId: 3, timestamp, payload });
// type, length, timestamp with its upper byte last, stream id, payload, back pointer
const audio = '08' + '000002' + '0003e8' + '00' + '000000' + 'aaaa' + '0000000d';
const video = '09' + '000001' + '0003fc' + '00' + '000000' + 'bb' + '0000000c';

t.test('messages are split, their times moved so that the first has the time of the aggregate', async (t) => {
  const parts = Aggregate.split(message(hex(audio + video)));
  t.strictSame(parts, [
    { type: 8, streamId: 3, timestamp: 5000, payload: hex('aaaa') },
    { type: 9, streamId: 3, timestamp: 5020, payload: hex('bb') },
  ]);
  t.equal(parts[0]?.payload.buffer.byteLength, 2, 'a buffer of its own');
});

t.test('times wrap', async (t) => {
  const late = `09000001fffff0ff000000bb0000000c${video}`; // 0xfffffff0, then 0x3fc
  const times = Aggregate.split(message(hex(late), 0xfffffff0)).map(({ timestamp }) => timestamp);
  t.same(times, [0xfffffff0, 0x3fc]);
  const moved = Aggregate.split(message(hex(audio + video), 0xfffffff0)).map(({ timestamp }) => timestamp);
  t.same(moved, [0xfffffff0, 4]);
});

t.test('the last back pointer may be missing; anything else that is cut off is refused', async (t) => {
  const whole = hex(audio + video);
  t.equal(Aggregate.split(message(whole.subarray(0, whole.length - 4))).length, 2);
  t.same(Aggregate.split(message(new Uint8Array(0))), []);
  for (let length = 1; length < 13; length++) {
    t.throws(() => Aggregate.split(message(whole.subarray(0, length))), { code: 'LH_RTMP_AGGREGATE' });
  }
});

t.test('an aggregate of more messages than anybody sends is refused, whatever its size', async (t) => {
  const part = hex(`08000000${'00'.repeat(11)}`);
  const of = (count: number) => Aggregate.split(message(Buffer.concat(Array(count).fill(part))));
  t.equal(of(Aggregate.MAX_PARTS).length, Aggregate.MAX_PARTS);
  t.throws(() => of(Aggregate.MAX_PARTS + 1), { code: 'LH_RTMP_AGGREGATE' });
});
