/**
 * Process at the sender: connects again and again, one attempt after the other, and notes how long each took.
 * `node client-process.js JSON` with JSON = ClientTask; says `{"event":"ended","attempts":[...]}`.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parsePublishUrl, type RelayFiles, RtmpClient } from '@longhaul/cli';
import * as Quic from '@longhaul/quic';
import * as Tcp from '@longhaul/tcp';
import type { Connection } from '@longhaul/transport';
import { nowUs } from '../run/proc.js';
import type { Attempt, Method } from './methods.js';

/** What the process is given. */
export interface ClientTask {
  readonly method: Method;
  /** `host:port` of the listener; for RTMP the URL to publish to. */
  readonly target: string;
  readonly files: RelayFiles;
  readonly congestion?: string;
  readonly attempts: number;
  /** No attempt begins after so long. */
  readonly limitMs: number;
}

const TIMEOUT_MS = 10_000;
const PAUSE_MS = 50;

const task = JSON.parse(process.argv[2] ?? '{}') as ClientTask;

/** One attempt; what never happened is missing. */
async function attempt(identity: Quic.Identity): Promise<Attempt> {
  const startUs = nowUs();
  try {
    if (task.method === 'rtmp') return await publish(startUs);
    const { connection, usableUs } = await connect(identity);
    const firstByteUs = await within(TIMEOUT_MS, roundTrip(connection));
    const settled = await usableUs;
    connection.close(0, 'measured');
    return { startUs, usableUs: settled, firstByteUs };
  } catch {
    return { startUs };
  }
}

/** The connection, and when it was usable: with early data that is when the other end had accepted it. */
async function connect(
  identity: Quic.Identity,
): Promise<{ connection: Connection; usableUs: Promise<number> | number }> {
  const common = { serverName: 'center', identity, connectTimeoutMs: TIMEOUT_MS };
  if (task.method === 'tcp-full' || task.method === 'tcp-resumed') {
    const resume = task.method === 'tcp-resumed';
    const { congestion } = task;
    const connection = await Tcp.dial({
      ...common,
      url: `tls://${task.target}`,
      resume,
      ...(congestion !== undefined && { congestion }),
    });
    return { connection, usableUs: nowUs() };
  }
  const earlyData = task.method === 'quic-0rtt';
  const connection = await Quic.dial({ ...common, url: `quic://${task.target}`, earlyData });
  const usableUs = nowUs();
  if (!earlyData) return { connection, usableUs };
  return { connection, usableUs: connection.established.then(() => acceptedUs(connection)) };
}

function acceptedUs(connection: Quic.QuicConnection): number {
  if (connection.earlyData !== 'accepted') throw new Error('early data was not accepted');
  return nowUs();
}

/** Sends a byte and resolves with the time at which it is back. */
function roundTrip(connection: Connection): Promise<number> {
  return new Promise((resolve, reject) => {
    connection.attach({
      onBidiStream: () => {},
      onUniStream: () => {},
      onDatagram: () => {},
      onClosed: () => reject(new Error('closed')),
    });
    const { send, receive } = connection.openBidi({ priority: 0 });
    receive.read({
      onData: () => resolve(nowUs()),
      onFinished: () => {},
      onReset: () => reject(new Error('reset')),
    });
    send.write([Uint8Array.of(1)]);
    send.finish();
  });
}

/** RTMP has no echo: usable is the server's word that the publish is accepted. */
function publish(startUs: number): Promise<Attempt> {
  return new Promise((resolve) => {
    const client = new RtmpClient(parsePublishUrl(task.target), 'publish', {
      onReady: () => {
        resolve({ startUs, usableUs: nowUs() });
        void client.leave();
      },
      onEnd: () => resolve({ startUs }),
    });
  });
}

async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value> {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal }).then(() => {
    throw new Error('late');
  });
  late.catch(() => {});
  return Promise.race([promise, late]).finally(() => over.abort());
}

function makeIdentity(): Quic.Identity {
  return new Quic.Identity({
    certificate: readFileSync(task.files.certificate),
    key: readFileSync(task.files.key),
    authorities: readFileSync(task.files.authorities),
  });
}

const shared = makeIdentity();
// A ticket of an earlier connection is what resumption and early data need.
if (task.method === 'tcp-resumed' || task.method === 'quic-0rtt') await attempt(shared);
const attempts: Attempt[] = [];
const endMs = performance.now() + task.limitMs;
while (attempts.length < task.attempts && performance.now() < endMs) {
  // Identities keep tickets: a full handshake is one of an identity that has none.
  attempts.push(await attempt(task.method === 'quic-1rtt' ? makeIdentity() : shared));
  await sleep(PAUSE_MS);
}
process.stdout.write(`${JSON.stringify({ event: 'ended', attempts })}\n`, () => process.exit(0));
