import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Media, waitFor } from '@longhaul/testkit';
import t, { type Test } from 'tap';
import type { DaemonMessage } from '../src/daemon.js';
import { HttpFlvViewer } from './drive/flv-viewer.js';
import { Relays, type Sections } from './drive/relays.js';
import { publish } from './drive/rtmp-client.js';

const CHILD = fileURLToPath(new URL('drive/daemon-child.js', import.meta.url));
/** What a child may take to load on a busy machine. */
const COLD_START_MS = 30_000;

t.setTimeout(120_000);

/** A daemon of a test. */
class Daemon {
  readonly child: ChildProcess;
  readonly file: string;
  readonly messages: DaemonMessage[] = [];
  output = '';

  private constructor(t: Test, child: ChildProcess, file: string) {
    this.child = child;
    this.file = file;
    child.on('message', (message) => this.messages.push(message as DaemonMessage));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    t.teardown(() => child.kill('SIGKILL'));
  }

  /** With an IPC channel, as `npm start` runs it. */
  static async supervised(t: Test, sections: Sections = {}): Promise<Daemon> {
    const file = await (await Relays.create(t)).configure('edge', { log: { format: 'json' }, ...sections });
    return new Daemon(t, fork(CHILD, [file], { silent: true }), file);
  }

  /** On its own, as from a shell. */
  static async alone(t: Test, sections: Sections = {}): Promise<Daemon> {
    const file = await (await Relays.create(t)).configure('edge', { log: { format: 'json' }, ...sections });
    return new Daemon(t, spawn(process.execPath, [CHILD, file], { stdio: 'pipe' }), file);
  }

  /** Lines of the log that have come. */
  get log(): Record<string, unknown>[] {
    return this.output
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
  }

  /** Waits for a line of the log. */
  line(msg: string | RegExp): Promise<Record<string, unknown>> {
    return waitFor(`the line ${msg}`, () => this.log.find((line) => String(line.msg).match(msg)), {
      timeoutMs: COLD_START_MS,
    });
  }

  async exit(): Promise<number | null> {
    if (this.child.exitCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }
}

t.test('a supervised relay tells its addresses and what it drained', async (t) => {
  const daemon = await Daemon.supervised(t);
  const ready = await waitFor('ready', () => daemon.messages[0], { timeoutMs: COLD_START_MS });
  t.match(ready, {
    type: 'ready',
    addresses: { rtmp: /^127\.0\.0\.1:\d+$/, http: String, link: String, admin: String },
  });
  daemon.child.kill('SIGINT');
  daemon.child.kill('SIGTERM');
  t.equal(await daemon.exit(), 0);
  t.match(daemon.messages[1], {
    type: 'drained',
    summary: { publishers: 0, viewers: 0, links: 0, elapsedMs: Number },
  });
  t.match(daemon.log.at(-1), { msg: 'drained', relay: 'edge' });
  t.notMatch(daemon.output, /SIGINT/, 'SIGINT is the parent’s business');
});

t.test('a relay whose parent is gone drains', async (t) => {
  const daemon = await Daemon.supervised(t);
  await waitFor('ready', () => daemon.messages[0], { timeoutMs: COLD_START_MS });
  daemon.child.disconnect();
  t.equal(await daemon.exit(), 0);
  t.match(await daemon.line('drained'), { publishers: 0 });
});

t.test('a drain waits for sessions and a second signal ends it', async (t) => {
  const daemon = await Daemon.supervised(t, { drainMs: 60_000 });
  const ready = await waitFor('ready', () => daemon.messages[0], { timeoutMs: COLD_START_MS });
  if (ready.type !== 'ready') return;
  const { rtmp, http, admin } = ready.addresses;
  const publisher = await publish(`rtmp://${rtmp}/live/a`);
  await publisher.send(Media.broadcast({ seconds: 1 }));
  const viewer = new HttpFlvViewer(`http://${http}/live/a.flv`);
  await viewer.response;
  daemon.child.kill('SIGTERM');
  await daemon.line(/^draining/);
  t.equal((await fetch(`http://${admin}/health`)).status, 503);
  await t.rejects(publish(`rtmp://${rtmp}/live/b`), 'no new sessions');
  t.equal(daemon.child.exitCode, null, 'the sessions go on');
  daemon.child.kill('SIGTERM');
  t.equal(await daemon.exit(), 0);
  t.equal(await viewer.over, true, 'the viewer got a proper end');
  t.match(daemon.messages[1], { type: 'drained', summary: { publishers: 1, viewers: 1, cut: 2 } });
});

t.test('a drain ends after drainMs at the latest', async (t) => {
  const daemon = await Daemon.alone(t, { drainMs: 300 });
  const started = await daemon.line('relay started');
  const publisher = await publish(`rtmp://${started.rtmp}/live/a`);
  await publisher.send(Media.broadcast({ seconds: 1 }));
  daemon.child.kill('SIGINT');
  t.equal(await daemon.exit(), 0);
  const { elapsedMs } = await daemon.line('drained');
  t.ok(Number(elapsedMs) >= 300 && Number(elapsedMs) < 5_000, `${elapsedMs} ms`);
});

t.test('SIGHUP applies what it can and names what needs a restart', async (t) => {
  const daemon = await Daemon.alone(t);
  await daemon.line('relay started');
  const before = readFileSync(daemon.file, 'utf8');
  writeFileSync(daemon.file, `${before}drainMs: 50\ncache: {maxBytes: 2000000}\n`);
  daemon.child.kill('SIGHUP');
  t.match(await daemon.line(/^reloaded/), {
    msg: 'reloaded: applied drainMs; restart to apply cache.maxBytes',
    applied: ['drainMs'],
    needRestart: ['cache.maxBytes'],
  });
  writeFileSync(daemon.file, `${before}drainMs: soon\n`);
  daemon.child.kill('SIGHUP');
  t.match(await daemon.line(/^not reloaded/), { reason: /drainMs must be a whole number of milliseconds/ });
  daemon.child.kill('SIGTERM');
  t.equal(await daemon.exit(), 0);
});

t.test('a relay that cannot start says why in one line', async (t) => {
  const daemon = await Daemon.alone(t, { rtmp: { listen: '0.0.0.0:0' } });
  t.equal(await daemon.exit(), 1);
  t.match(daemon.output, /edge\.yaml:\d+: rtmp\.listen is not loopback.*\n$/);
  t.equal(daemon.output.trim().split('\n').length, 1);
  const other = await Daemon.alone(t);
  const { rtmp } = await other.line('relay started');
  const second = await Daemon.alone(t, { rtmp: { listen: rtmp } });
  t.equal(await second.exit(), 1);
  t.match(
    second.output,
    /^rtmp\.listen: cannot listen on .*: another program has the port; stop it or choose another port\n$/,
  );
});
