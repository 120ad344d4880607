import t from 'tap';
import { Broadcast } from '../../src/broadcast.js';
import { CatchUp, Lateness } from '../../src/link/lateness.js';
import { PATH } from './fixture.js';

/** A track whose frames come when they are captured, unless `arrivalMs` says otherwise. */
function aTrack() {
  const broadcast = new Broadcast(PATH, 1, { limits: { historyMs: 60_000 } });
  const track = broadcast.openTrack('video', 0, 0);
  let ordinal = 0;
  const write = (sequence: number, atMs: number, options: { arrivalMs?: number; bytes?: number } = {}) => {
    const group = track.openGroup({ sequence, initVersion: undefined }, atMs);
    if (group === undefined) throw new Error(`group ${sequence} is not kept`);
    const kind = group.frameCount === 0 ? 'key' : 'delta';
    const payload = new Uint8Array(options.bytes ?? 1_000);
    group.append({ kind, ordinal, timestamp: atMs, payload }, options.arrivalMs ?? atMs);
    ordinal += 1;
    return group;
  };
  return { track, write };
}

t.test('a frame is late when it has waited too long', async (t) => {
  const { track, write } = aTrack();
  const group = write(0, 1_000);
  const lateness = new Lateness(track, 0);
  const at = (nowMs: number) => lateness.isLate({ group, index: 0, nowMs, limitMs: 500 });
  t.equal(at(1_500), false);
  t.equal(at(1_501), true);
  t.equal(lateness.isLate({ group, index: 1, nowMs: 9_000, limitMs: 500 }), false, 'one that is not there');
  t.equal(lateness.waitedMs(group, 1, 9_000), 0, 'nor has it waited');
});

t.test('what was there before the subscriber has waited since it came', async (t) => {
  const { track, write } = aTrack();
  const group = write(0, 0);
  write(0, 5_000);
  const lateness = new Lateness(track, 5_000);
  const at = (nowMs: number) => lateness.isLate({ group, index: 0, nowMs, limitMs: 500 });
  t.equal(at(5_400), false, 'neither by the clock nor by its media time');
  t.equal(at(5_501), true);
});

t.test('a frame that newer media has left behind is late once it has waited a while', async (t) => {
  const { track, write } = aTrack();
  const group = write(0, 1_000, { arrivalMs: 2_000 });
  write(1, 2_000, { arrivalMs: 2_000 });
  const lateness = new Lateness(track, 0);
  const at = (nowMs: number) => lateness.isLate({ group, index: 0, nowMs, limitMs: 800 });
  t.equal(at(2_200), false, 'it has hardly waited');
  t.equal(at(2_201), true);
  t.equal(lateness.isLate({ group, index: 0, nowMs: 2_300, limitMs: 1_300 }), false);
});

t.test('a group that has begun without a frame does not hide what the media is ahead', async (t) => {
  const { track, write } = aTrack();
  const group = write(0, 1_000, { arrivalMs: 2_000 });
  write(1, 2_000, { arrivalMs: 2_000 });
  const lateness = new Lateness(track, 0);
  track.openGroup({ sequence: 2, initVersion: undefined }, 2_300);
  t.equal(lateness.isLate({ group, index: 0, nowMs: 2_300, limitMs: 800 }), true);
});

t.test('a link catches up while its pictures wait less and less', async (t) => {
  const catchUp = new CatchUp();
  t.equal(catchUp.noteLate(9_000, 0), 0);
  t.equal(catchUp.noteLate(8_900, 500), 0, 'less than before');
  t.equal(catchUp.noteLate(8_950, 600), 100);
  t.equal(catchUp.noteLate(8_960, 700), 200);
  t.equal(catchUp.noteLate(8_990, 5_000), 400, 'of a pause little counts');
  t.equal(catchUp.noteLate(8_800, 5_050), 0);
  t.equal(catchUp.noteLate(8_800, 5_150), 100);
  catchUp.noteTimely();
  t.equal(catchUp.noteLate(9_900, 5_200), 0, 'a new outage');
});
