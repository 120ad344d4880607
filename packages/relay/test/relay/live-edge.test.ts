import { Media, waitFor } from '@longhaul/testkit';
import t, { type Test } from 'tap';
import { isInit } from '../drive/compare.js';
import { type FlvViewer, HttpFlvViewer, WebSocketFlvViewer } from '../drive/flv-viewer.js';
import { Relays, type Sections } from '../drive/relays.js';
import { publish, RtmpClient } from '../drive/rtmp-client.js';

const MESSAGES = Media.broadcast({ seconds: 5 });
/** The newest key frame before it is 0.9 s old. */
const UNTIL_MS = 3_900;

/** A relay with a broadcast of 3.9 s and a viewer that has had all of it; `goOn` publishes the rest. */
async function running(test: Test, sections: Sections = {}) {
  const { rtmp, http, log, admin } = await (await Relays.create(test)).start('a', sections);
  const first = new HttpFlvViewer(`${http}/a.flv`);
  const publisher = await publish(`${rtmp}/a`);
  const early = MESSAGES.filter(({ timestamp }) => timestamp <= UNTIL_MS);
  await publisher.send(early);
  await waitFor('the first viewer', () => first.tags.length === early.length);
  const goOn = () => publisher.send(MESSAGES.slice(early.length));
  test.teardown(async () => {
    first.close();
    await publisher.close();
  });
  return { rtmp, http, log, admin, goOn };
}

/** Timestamp of the first picture that a viewer got. */
function firstPicture({ tags }: Pick<FlvViewer, 'tags'>): number | undefined {
  return tags.find((tag) => tag.type === 9 && !isInit(tag))?.timestamp;
}

t.test('an address says where its viewer starts', async (t) => {
  const { http, rtmp, goOn } = await running(t);
  const viewers = (query: string): (() => number | undefined)[] => {
    const [flv, webSocket] = [
      new HttpFlvViewer(`${http}/a.flv${query}`),
      new WebSocketFlvViewer(`${http.replace('http', 'ws')}/a.flv${query}`),
    ];
    const player = new RtmpClient('play', `${rtmp}/a${query}`);
    t.teardown(() => {
      flv.close();
      webSocket.close();
      player.vanish();
    });
    return [
      () => firstPicture(flv),
      () => firstPicture(webSocket),
      () => firstPicture({ tags: player.messages as FlvViewer['tags'] }),
    ];
  };
  const now: [string, number][] = [
    ['', 3_000],
    ['?token=mine', 3_000],
    ['?burst=1000', 2_000],
    ['?latency=100&start=key', 3_000],
    ['?latency=1000', 3_000],
  ];
  for (const [query, expected] of now) {
    for (const picture of viewers(query)) t.equal(await waitFor(query, picture), expected, query);
  }
  const later = ['?latency=100', '?start=live', '?start=near&latency=300'].map((query) => ({
    query,
    pictures: viewers(query),
  }));
  // Each of them has its place before the next key frame comes.
  await waitFor('all viewers', async () => {
    const { broadcasts } = (await (await fetch(`${new URL(http).origin}/figures.json`)).json()) as {
      broadcasts: { viewers: number }[];
    };
    return broadcasts[0]?.viewers === 1 + 3 * (now.length + later.length);
  });
  await goOn();
  for (const { query, pictures } of later) {
    for (const picture of pictures) t.equal(await waitFor(query, picture), 4_000, query);
  }
});

t.test('an address that asks for what is out of bounds is refused with the rule', async (t) => {
  const { http, rtmp } = await running(t);
  const answer = await fetch(`${http}/a.flv?latency=7`);
  t.equal(answer.status, 400);
  t.equal(await answer.text(), '?latency= must be 0 or 50 to 5000 milliseconds\n');
  const webSocket = new WebSocketFlvViewer(`${http.replace('http', 'ws')}/a.flv?start=now`);
  await webSocket.over;
  t.equal(webSocket.code, 400);
  await t.rejects(new RtmpClient('play', `${rtmp}/a?burst=99999`).ready, {
    message: /Play\.Failed: \?burst= must be 0 to 5000/,
  });
});

t.test('the config says it for all, and may leave addresses no choice', async (t) => {
  const { http } = await running(t, { egress: { burstMs: 1_000, fromUrl: false } });
  for (const query of ['', '?burst=0', '?start=live', '?latency=7']) {
    const viewer = new HttpFlvViewer(`${http}/a.flv${query}`);
    t.equal(await waitFor(query, () => firstPicture(viewer)), 2_000, query);
    viewer.close();
  }
});

t.test('API, metrics and the last line of a session say what was lost and why', async (t) => {
  const { http, log, admin, goOn } = await running(t);
  const viewer = new HttpFlvViewer(`${http}/a.flv?start=live`);
  await waitFor('it has a place', async () => (await figure(admin)).viewers === 2);
  await goOn();
  await waitFor('it plays', () => firstPicture(viewer));
  const { egress } = await figure(admin);
  t.equal(egress.lost.join, 2, 'the pictures between 3.9 s and the key frame');
  t.match(egress, { skips: 0, lost: { lag: 0, stall: 0 }, refused: { late: 0, dropped: 0 }, overtaken: 0 });
  const metrics = await (await fetch(`${admin}/metrics`)).text();
  t.match(metrics, /frames_dropped_total\{kind="delta",reason="viewer-join",relay="a"\} 2/);
  viewer.close();
  const line = await waitFor('its log line', () => log.find(({ msg }) => msg === 'viewer ended'));
  t.strictSame(line.lost, { join: 2 });
});

async function figure(admin: string) {
  const { broadcasts } = (await (await fetch(`${admin}/api/v1/broadcasts`)).json()) as {
    broadcasts: {
      viewers: number;
      egress: { skips: number; lost: { join: number; lag: number; stall: number }; refused: object };
    }[];
  };
  const [broadcast] = broadcasts;
  if (broadcast === undefined) throw new Error('there is no broadcast');
  return broadcast;
}
