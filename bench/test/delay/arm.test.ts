import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { ArmTimes } from '../../src/delay/arm.js';
import { DirectServer, DirectViewer } from '../../src/delay/direct-arm.js';
import { broadcastTags, headerTags, isKeyFrame, type ScheduledTag } from '../../src/delay/test-broadcast.js';

function firstTags(count: number): ScheduledTag[] {
  const tags: ScheduledTag[] = [];
  for (const tag of broadcastTags()) {
    tags.push(tag);
    if (tags.length === count) break;
  }
  return tags;
}

t.test('frames that never came or came twice are told apart', async (t) => {
  const times = new ArmTimes();
  const tags = firstTags(5);
  for (const tag of tags) times.sent(tag.sequence);
  for (const at of [0, 1, 1, 3]) times.received(tags[at] as ScheduledTag);
  const report = times.report();
  t.match(report, { sent: 5, received: 3, lost: 2, duplicated: 1 });
  t.equal(report.delayMs?.count, 3);
});

t.test('the direct arm carries every frame, and a new viewer begins at the key frame', async (t) => {
  const server = await DirectServer.listen(headerTags());
  const times = new ArmTimes();
  const viewers: DirectViewer[] = [];
  t.teardown(() => {
    for (const viewer of viewers) viewer.close();
    server.close();
  });
  viewers.push(new DirectViewer(server.port, (tag) => times.received(tag)));
  await sleep(50);
  for (const tag of firstTags(200)) {
    times.sent(tag.sequence);
    server.send(tag);
  }
  let keyFrames = 0;
  await new Promise<void>((resolve) => {
    viewers.push(
      new DirectViewer(server.port, (tag) => {
        if (isKeyFrame(tag) && ++keyFrames === 1) resolve();
      }),
    );
  });
  while (times.report().received < 200) await sleep(5);
  t.match(times.report(), { sent: 200, received: 200, lost: 0, duplicated: 0 });
});
