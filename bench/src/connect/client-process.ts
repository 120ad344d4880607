/**
 * Process at one end: connects again and again, one attempt after the other, and notes how long each took.
 * `node client-process.js JSON` with JSON = ClientTask; says `{"event":"ended","attempts":[...]}`.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parsePublishUrl, type RelayFiles, RtmpClient } from '@longhaul/cli';
import type { FlvTag } from '@longhaul/flv';
import { Identity } from '@longhaul/quic';
import { CONNECT_ARMS, MOST_ANSWER_BYTES } from '@longhaul/tcp';
import { nowUs } from '../run/proc.js';
import { type Attempt, METHODS, type Method } from './methods.js';

/** What the process is given. */
export interface ClientTask {
  readonly method: Method;
  /** `host:port` of the listener; for RTMP the URL to publish to, or to play. */
  readonly target: string;
  /** The relay at the other end. */
  readonly serverName: 'center' | 'edge';
  readonly files: RelayFiles;
  readonly attempts: number;
  /** No attempt begins after so long. */
  readonly limitMs: number;
  /** The other end has media: asks for a key frame of this size, of RTMP for the broadcast. */
  readonly keyFrameBytes?: number;
}

const TIMEOUT_MS = 10_000;
const PAUSE_MS = 50;
/** What a relay assumes of a peer that has not answered. */
const DIAL_RTT_MS = 100;

const task = JSON.parse(process.argv[2] ?? '{}') as ClientTask;

const arm = (name: Exclude<Method, 'rtmp'>) => {
  if (name === 'quic-1rtt-new') return CONNECT_ARMS['quic-1rtt'];
  if (name === 'quic-0rtt-new') return CONNECT_ARMS['quic-0rtt'];
  return CONNECT_ARMS[name];
};

/** What a link is dialled with. */
function dialling(method: Exclude<Method, 'rtmp'>, identity: Identity) {
  return {
    url: `${METHODS[method].carrier === 'tcp' ? 'tls' : 'quic'}://${task.target}`,
    serverName: task.serverName,
    identity,
    connectTimeoutMs: TIMEOUT_MS,
    answerBytes: task.keyFrameBytes,
    quic: { initialRttMs: DIAL_RTT_MS },
  };
}

/** The link before, a busy one: the other end learns the path from `MOST_ANSWER_BYTES` that always wait to be sent. */
async function acquaint(method: Exclude<Method, 'rtmp'>): Promise<void> {
  const options = { ...dialling(method, makeIdentity()), answerBytes: MOST_ANSWER_BYTES };
  await CONNECT_ARMS['quic-1rtt'](options);
  await sleep(PAUSE_MS);
}

/** One connection of a link; what never happened is missing. */
async function link(method: Exclude<Method, 'rtmp'>, identity: Identity): Promise<Attempt> {
  const options = dialling(method, identity);
  const calledUs = nowUs();
  try {
    const { connectMs, handshakeMs, firstByteMs, answeredMs } = await arm(method)(options);
    // A ticket may have been fetched first: the attempt itself ended about now.
    const startUs = nowUs() - Math.round(answeredMs * 1000);
    // Early data counts as usable once the other end has accepted it.
    const usableMs = method.startsWith('quic-0rtt') ? handshakeMs : connectMs;
    return {
      startUs,
      usableUs: startUs + Math.round(usableMs * 1000),
      firstByteUs: startUs + Math.round(firstByteMs * 1000),
      ...(task.keyFrameBytes !== undefined && { keyFrameUs: startUs + Math.round(answeredMs * 1000) }),
    };
  } catch {
    return { startUs: calledUs };
  }
}

/** RTMP has no echo: usable is the server's word that the publish is accepted. */
function publish(): Promise<Attempt> {
  const startUs = nowUs();
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

/** RTMP has the broadcast itself: its first key frame is the newest one that the relay has, behind the headers. */
function play(): Promise<Attempt> {
  const startUs = nowUs();
  return new Promise((resolve) => {
    let readyUs: number | undefined;
    const client = new RtmpClient(parsePublishUrl(task.target), 'play', {
      onReady: () => {
        readyUs = nowUs();
      },
      onMedia: (tag) => {
        if (!isKeyFrame(tag)) return;
        const keyFrameUs = nowUs();
        resolve({ startUs, usableUs: readyUs ?? keyFrameUs, firstByteUs: keyFrameUs, keyFrameUs });
        client.close();
      },
      onEnd: () => resolve({ startUs }),
    });
  });
}

const VIDEO = 9;

/** A coded AVC picture that begins a group (FLV 10.1, E.4.3.1). */
function isKeyFrame({ type, payload }: FlvTag): boolean {
  return type === VIDEO && payload[0] === 0x17 && payload[1] === 1;
}

function makeIdentity(): Identity {
  return new Identity({
    certificate: readFileSync(task.files.certificate),
    key: readFileSync(task.files.key),
    authorities: readFileSync(task.files.authorities),
  });
}

const { method } = task;
const shared = makeIdentity();
const attempts: Attempt[] = [];
if (method !== 'rtmp' && METHODS[method].knowsPath && task.keyFrameBytes !== undefined)
  await acquaint(method);
const endMs = performance.now() + task.limitMs;
while (attempts.length < task.attempts && performance.now() < endMs) {
  if (method === 'rtmp') attempts.push(await (task.keyFrameBytes === undefined ? publish() : play()));
  // Identities keep tickets: a full handshake is one of an identity that has none.
  else attempts.push(await link(method, method.startsWith('quic-1rtt') ? makeIdentity() : shared));
  await sleep(PAUSE_MS);
}
process.stdout.write(`${JSON.stringify({ event: 'ended', attempts })}\n`, () => process.exit(0));
