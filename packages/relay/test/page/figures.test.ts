import t from 'tap';
import {
  type BroadcastFigures,
  chooseBroadcast,
  type Figures,
  parseFigures,
  pathInHash,
} from '#page/figures.js';
import type { FiguresBody } from '../../src/figures.js';

const body: FiguresBody = {
  nowMs: 12,
  relay: { id: 'center-1', role: 'center', version: '0.1.0', uptimeMs: 10 },
  urls: {},
  broadcasts: [],
  links: [],
};

t.test('what the relay sends is what the page reads', async (t) => {
  // The compiler compares the two declarations here.
  const read: Figures = body;
  t.same(parseFigures(JSON.parse(JSON.stringify(body))), read);
});

t.test('another shape is refused in words a viewer can act on', async (t) => {
  const { urls, ...withoutUrls } = body;
  t.same(parseFigures(withoutUrls).urls, urls, 'a relay without URLs is one');
  for (const value of [
    null,
    1,
    {},
    { ...body, links: undefined },
    { ...body, relay: {} },
    { ...body, nowMs: '1' },
  ]) {
    t.throws(() => parseFigures(value), /reload/);
  }
});

t.test('the address bar names a broadcast; what it cannot mean names none', async (t) => {
  t.equal(pathInHash('#/default/live/sample'), 'default/live/sample');
  t.equal(pathInHash('#default/live/a%7Eb'), 'default/live/a~b');
  for (const hash of ['', '#', '#/', '#%', '#/live%2']) t.equal(pathInHash(hash), undefined, hash);
});

t.test('the broadcast asked for plays, else a live one', async (t) => {
  const broadcast = (path: string, state: BroadcastFigures['state']): BroadcastFigures => ({
    path,
    state,
    epoch: 1,
    viewers: 0,
    tracks: [],
    bytesReceived: 0,
    framesReceived: 0,
    play: {},
  });
  const list = [broadcast('d/a/ended', 'ended'), broadcast('d/a/live', 'live')];
  t.equal(chooseBroadcast(list, 'd/a/ended')?.path, 'd/a/ended');
  t.equal(chooseBroadcast(list, 'd/a/other')?.path, 'd/a/live');
  t.equal(chooseBroadcast(list.slice(0, 1), undefined)?.path, 'd/a/ended');
  t.equal(chooseBroadcast([], undefined), undefined);
});
