/** A good publisher and two viewers that go on while a test attacks their relay: nothing of theirs may be lost. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MediaMessage } from '@longhaul/flv';
import { Media, waitFor } from '@longhaul/testkit';
import type { Test } from 'tap';
import { sameFrames } from './compare.js';
import { HttpFlvViewer } from './flv-viewer.js';
import type { TestRelay } from './relays.js';
import { publish, RtmpClient } from './rtmp-client.js';

/** Messages a pause sends before it: about 30 times real time, so that a short attack meets many of them. */
const BURST = 8;
const PAUSE_MS = 5;

/** Runs `attack` beside a good publisher with an HTTP and an RTMP viewer; both have to get every frame. */
export async function besides<T>(
  t: Test,
  { rtmp, http }: Pick<TestRelay, 'rtmp' | 'http'>,
  attack: () => Promise<T>,
): Promise<T> {
  const viewer = new HttpFlvViewer(`${http}/good.flv`);
  const player = new RtmpClient('play', `${rtmp}/good`);
  const publisher = await publish(`${rtmp}/good`);
  const sent: MediaMessage[] = [];
  let over = false;
  const publishing = (async () => {
    const messages = Media.broadcast({ seconds: 600, keyBytes: 4_000, deltaBytes: 400 });
    for (let index = 0; index < messages.length && !over; index += BURST) {
      const burst = messages.slice(index, index + BURST);
      sent.push(...burst);
      await publisher.send(burst);
      await sleep(PAUSE_MS);
    }
  })();
  let result: T;
  try {
    await waitFor('the viewers see something', () => viewer.tags.length > 0 && player.messages.length > 0);
    result = await attack();
  } finally {
    over = true;
    await publishing;
    await publisher.close();
  }
  t.equal(await viewer.over, true, 'the good viewer gets a complete response');
  await player.over;
  sameFrames(t, sent, viewer.tags, 'the good viewer over HTTP');
  sameFrames(t, sent, player.messages, 'the good viewer over RTMP');
  return result;
}
