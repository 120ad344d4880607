import fc from 'fast-check';
import t from 'tap';
import { decodeStamp, encodeStamp } from '../../src/publish/stamp.js';
import { Stamper } from '../../src/publish/stamper.js';
import { TagTimer } from '../../src/publish/timed-tag.js';

t.test('a stamp survives its message', async (t) => {
  const stamp = { sequence: 12, wallMs: 1_764_000_000_123.456, media: 'video' as const };
  t.strictSame(decodeStamp(encodeStamp(stamp)), stamp);
});

t.test('other messages are no stamps', async (t) => {
  const payload = encodeStamp({ sequence: 1, wallMs: 2, media: 'audio' });
  for (let length = 0; length < payload.length; length++)
    t.equal(decodeStamp(payload.subarray(0, length)), undefined);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => decodeStamp(bytes) === undefined));
});

const timer = new TagTimer();
const video = (timestamp: number) =>
  timer.time({ type: 9, timestamp, payload: Uint8Array.of(0x27, 1, 0, 0, 0) });
const audio = (timestamp: number) => timer.time({ type: 8, timestamp, payload: Uint8Array.of(0xaf, 1, 0) });

t.test('every nth picture gets one, headers and audio beside video none', async (t) => {
  const stamper = new Stamper(2);
  const header = timer.time({ type: 9, timestamp: 0, payload: Uint8Array.of(0x17, 0, 0, 0, 0, 1) });
  t.equal(stamper.stamp(header, 0, 1), undefined);
  const stamped = [];
  for (let at = 0; at < 6; at++) {
    if (stamper.stamp(video(at * 40), at * 40, at) !== undefined) stamped.push(at);
    t.equal(stamper.stamp(audio(at * 40 + 1), at * 40 + 1, at), undefined);
  }
  t.strictSame(stamped, [0, 2, 4]);
});

t.test('without video, audio gets them', async (t) => {
  const stamper = new Stamper(1);
  const stamps = [];
  for (let at = 0; at < 100; at++) {
    const message = stamper.stamp(audio(at * 20), at * 20, 7);
    if (message !== undefined) stamps.push(decodeStamp(message.payload));
  }
  t.equal(stamps.length, 50, 'from one second on');
  t.strictSame(stamps[0], { sequence: 0, wallMs: 7, media: 'audio' });
});
