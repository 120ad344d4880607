import { Media, waitFor } from '@longhaul/testkit';
import t, { type Test } from 'tap';
import type { DelayWay, Explanation } from '../../src/trace/figures.js';
import type { TraceAnswer } from '../../src/trace/trace-figures.js';
import { HttpFlvViewer } from '../drive/flv-viewer.js';
import { Relays } from '../drive/relays.js';
import { publish } from '../drive/rtmp-client.js';

t.setTimeout(60_000);

async function ask(
  admin: string,
  path: string,
): Promise<{ status: number; body: Explanation & { error?: string } }> {
  const response = await fetch(`${admin}${path}`);
  return { status: response.status, body: (await response.json()) as Explanation };
}

function directions({ ways }: Explanation): [DelayWay['direction'], string | undefined][] {
  return ways.map(({ direction, peer }) => [direction, peer]);
}

/** An edge that is published to, a center with a viewer, and all frames there. */
async function playing(test: Test) {
  const { edge, center } = await (await Relays.create(test)).pair();
  const viewer = new HttpFlvViewer(`${center.http}/a.flv`);
  const publisher = await publish(`${edge.rtmp}/a`);
  test.teardown(async () => {
    await publisher.close();
    viewer.close();
  });
  return { edge, center, viewer, publisher };
}

t.test('each relay explains its own half of a broadcast, and each end its link', async (t) => {
  const { edge, center, viewer, publisher } = await playing(t);
  const messages = Media.broadcast({ seconds: 4 });
  const head = Media.broadcast({ seconds: 1 }).length;
  // What comes before the center has subscribed waited for it, and does not count.
  await publisher.send(messages.slice(0, head));
  await waitFor('the first frames', () => viewer.tags.length >= head);
  await publisher.send(messages.slice(head));
  await waitFor('all frames', () => viewer.tags.length >= messages.length);
  const frames = messages.length - head;
  const counted = async (admin: string, path: string, ways: number) =>
    waitFor('the frames are counted', async () => {
      const { body } = await ask(admin, path);
      // Of frames that are sent all at once a sample counts.
      const whole = body.ways.length === ways && body.ways.every((way) => way.frames >= frames / 2);
      return whole && body.links.length > 0 ? body : undefined;
    });

  const broadcast = '/api/v1/explain?broadcast=default/live/a';
  const here = await counted(edge.admin, broadcast, 2);
  t.strictSame(directions(here), [
    ['published', undefined],
    ['sent', 'center'],
  ]);
  t.match(here, {
    subject: { kind: 'broadcast', name: 'default/live/a' },
    relay: 'edge',
    links: [{ peer: 'center' }],
  });
  const there = await counted(center.admin, '/api/v1/explain?broadcast=live/a', 1);
  t.strictSame(directions(there), [['received', 'edge']]);
  const [way] = there.ways;
  t.match(way, { sentence: /^\d+ frames from edge: p95 of /, seconds: Array });
  t.equal(way?.seconds.length, 60);
  const sum = Object.values(way?.p95.parts ?? {}).reduce((total, ms) => total + ms, 0);
  t.ok(Math.abs(sum - (way?.p95.totalMs ?? 0)) < 1e-6, 'the parts are all of it');
  t.ok((way?.p95.parts.flight ?? 0) > 0, 'and the path is one of them');

  t.strictSame(directions(await counted(edge.admin, '/api/v1/explain?link=center', 1)), [['sent', 'center']]);
  t.strictSame(directions(await counted(center.admin, '/api/v1/explain?link=edge', 1)), [
    ['received', 'edge'],
  ]);
  const page = await ask(new URL(center.http).origin, '/explain.json?broadcast=default/live/a');
  t.match(page, { status: 200, body: { ways: [{ direction: 'received', peer: 'edge' }] } });
});

t.test('a name that nobody has is answered with the nearest', async (t) => {
  const { edge, center } = await playing(t);
  await waitFor(
    'the link was looked at',
    async () => (await ask(edge.admin, '/api/v1/explain?link=center')).status === 200,
  );
  const cases: [string, number, RegExp][] = [
    ['/api/v1/explain?link=centre', 404, /^there is no link "centre"; did you mean "center"\?$/],
    ['/api/v1/explain?link=zzzzzzzzz', 404, /^there is no link "zzzzzzzzz"; there are center$/],
    ['/api/v1/explain?broadcast=live/b', 404, /^there is no broadcast "live\/b"/],
    ['/api/v1/explain', 400, /give \?link=PEER or \?broadcast=PATH/],
    ['/api/v1/explain?link=center&broadcast=a', 400, /give \?link=PEER/],
    [`/api/v1/explain?link=${'x'.repeat(300)}`, 400, /256/],
    ['/api/v1/trace?broadcast=live/b&seconds=1', 404, /no broadcast "live\/b"/],
    ['/api/v1/trace?broadcast=live/a&seconds=90', 400, /60/],
  ];
  for (const [path, status, says] of cases) {
    const answer = await ask(edge.admin, path);
    t.equal(answer.status, status, path);
    t.match(answer.body.error, says);
  }
  const page = new URL(center.http).origin;
  t.equal((await ask(page, '/explain.json')).status, 404);
  t.equal((await ask(page, `/explain.json?link=${'x'.repeat(3_000)}`)).status, 404);
});

t.test('a trace has the times of each frame, for the time asked for', async (t) => {
  const { edge, center, publisher, viewer } = await playing(t);
  const trace = async (admin: string) =>
    (await (await fetch(`${admin}/api/v1/trace?broadcast=default/live/a&seconds=4`)).json()) as TraceAnswer;
  const [head, ...tail] = [Media.broadcast({ seconds: 1 }), Media.broadcast({ seconds: 2 })];
  await publisher.send(head);
  await waitFor('the broadcast is there', () => viewer.tags.length >= head.length);
  const traces = Promise.all([trace(edge.admin), trace(center.admin)]);
  const twice = await waitFor('it is traced', async () => {
    const response = await fetch(`${edge.admin}/api/v1/trace?broadcast=live/a&seconds=4`);
    return response.status === 409 ? ((await response.json()) as { error: string }) : undefined;
  });
  t.match(twice.error, /default\/live\/a is being traced already/);
  await publisher.send(tail[0]?.slice(head.length) ?? []);
  const [sender, receiver] = await traces;
  t.match(sender, { relay: 'edge', broadcast: 'default/live/a', leftOut: 0 });
  t.equal(sender.epoch, receiver.epoch);
  t.ok(sender.frames.length > 0);
  for (const frame of sender.frames) {
    t.match(frame, { firstMs: null, cameMs: Number, sendings: [{ peer: 'center', handedMs: Number }] });
  }
  const ordinals = new Set(sender.frames.map(({ ordinal }) => ordinal));
  const both = receiver.frames.filter(({ ordinal }) => ordinals.has(ordinal));
  t.ok(both.length > 0, 'frames have the same ordinals at both ends');
  for (const { firstMs, passedMs, cameMs, orderedMs, writtenMs } of both) {
    const times = [firstMs, passedMs, cameMs, orderedMs, writtenMs].map((ms) => ms ?? Number.NaN);
    t.strictSame(
      times,
      times.toSorted((a, b) => a - b),
      'one after the other',
    );
    t.notOk(times.some(Number.isNaN), 'and all of them');
  }
  const clock = sender.clocks.find(({ peer }) => peer === 'center');
  t.ok(Math.abs(clock?.offsetMs ?? 99) <= (clock?.rttMs ?? 0) / 2 + 2, 'the two share a clock here');
});
