/**
 * How long it takes to connect: one function for each way, all measured alike. Each dials a responder
 * (`responder.ts`), asks on a new stream as soon as it may, and is told one byte back, or as many as it asks for.
 */
import { dial as dialQuic, type EarlyData, type Identity, type LinkOptions } from '@longhaul/quic';
import type { Connection } from '@longhaul/transport';
import { dial as dialTcp } from '../dial.js';
import type { SocketOptions } from '../options.js';
import { encodeQuestion } from './question.js';

/** Whom to dial, as whom. */
export interface ConnectOptions extends SocketOptions {
  /** `tls://host:port` for TCP, `quic://host:port` for QUIC. */
  readonly url: string;
  /** The relay id the peer must prove. */
  readonly serverName: string;
  /** Tickets live in it: one for the whole measurement. */
  readonly identity: Identity;
  /** Per connection; default 10 s. */
  readonly connectTimeoutMs?: number | undefined;
  /** What is asked for, up to `MOST_ANSWER_BYTES`; default 1. */
  readonly answerBytes?: number | undefined;
  readonly quic?: LinkOptions | undefined;
}

/** What one connection took, ms from the call of dial. */
export interface ConnectResult {
  /** The transport takes data of the application: after the handshakes, or at once where early data is possible. */
  readonly connectMs: number;
  /** The handshake is over. */
  readonly handshakeMs: number;
  /** The first byte of the answer is here: what a user waits for. */
  readonly firstByteMs: number;
  /** All of the answer is here. */
  readonly answeredMs: number;
  /** How long it is. */
  readonly answerBytes: number;
  /** TLS has resumed an earlier session. Of QUIC it is known where early data was tried. */
  readonly resumed: boolean;
  readonly earlyData: EarlyData;
}

/** The arms by name. */
export const CONNECT_ARMS = {
  'tcp-full': connectTcpFull,
  'tcp-resumed': connectTcpResumed,
  'quic-1rtt': connectQuic,
  'quic-0rtt': connectQuicEarly,
} as const;

/** TCP and a full TLS 1.3 handshake: two round trips. Rejects as `dial`. */
export function connectTcpFull(options: ConnectOptions): Promise<ConnectResult> {
  return overTcp(options, false);
}

/** TCP and a resumed TLS 1.3 session: two round trips, no certificates. Connects once before, for the ticket. Node's TLS has no early data. */
export async function connectTcpResumed(options: ConnectOptions): Promise<ConnectResult> {
  for (let round = 0; round < TICKET_ROUNDS; round++) {
    await overTcp(options, round > 0);
    const result = await overTcp(options, true);
    if (result.resumed) return result;
  }
  throw new Error(`relay "${options.serverName}" gave no TLS session that it resumes`);
}

/** QUIC with a full handshake: one round trip. Rejects as `dial` of `@longhaul/quic`. */
export function connectQuic(options: ConnectOptions): Promise<ConnectResult> {
  return overQuic(options, false);
}

/** QUIC with early data: the question leaves with the first packet. Connects once before, for the ticket. */
export async function connectQuicEarly(options: ConnectOptions): Promise<ConnectResult> {
  for (let round = 0; round < TICKET_ROUNDS; round++) {
    await overQuic(options, true);
    const result = await overQuic(options, true);
    if (result.earlyData === 'accepted') return result;
  }
  throw new Error(`relay "${options.serverName}" took no early data`);
}

async function overTcp(options: ConnectOptions, resume: boolean): Promise<ConnectResult> {
  const started = performance.now();
  const connection = await dialTcp({ ...options, resume });
  const connectMs = performance.now() - started;
  const answer = await ask(connection, options.answerBytes);
  const { resumed } = connection;
  return { connectMs, handshakeMs: connectMs, ...since(started, answer), resumed, earlyData: 'none' };
}

async function overQuic(options: ConnectOptions, earlyData: boolean): Promise<ConnectResult> {
  const { quic, congestion: _congestion, notSentLowWaterBytes: _bytes, ...target } = options;
  const started = performance.now();
  const connection = await dialQuic({ ...quic, ...target, earlyData });
  const connectMs = performance.now() - started;
  let handshakeMs = connectMs;
  const established = connection.established.then(() => {
    handshakeMs = Math.max(handshakeMs, performance.now() - started);
  });
  const answer = await ask(connection, options.answerBytes, established);
  const early = connection.earlyData;
  const answered = since(started, answer);
  return { connectMs, handshakeMs, ...answered, resumed: early !== 'none', earlyData: early };
}

/** When the answer came, by the clock. */
interface Answer {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly bytes: number;
}

function since(
  started: number,
  { firstMs, lastMs, bytes }: Answer,
): Pick<ConnectResult, 'firstByteMs' | 'answeredMs' | 'answerBytes'> {
  return { firstByteMs: firstMs - started, answeredMs: lastMs - started, answerBytes: bytes };
}

/** Asks; resolves with when the answer came. The connection is closed when the handshake is over too. */
function ask(
  connection: Connection,
  bytes: number | undefined,
  established: Promise<void> = Promise.resolve(),
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let firstMs: number | undefined;
    let answer: Answer | undefined;
    connection.attach({
      onUniStream: (stream) => stream.stop(0),
      onBidiStream: ({ send, receive }) => {
        send.reset(0);
        receive.stop(0);
      },
      onDatagram: () => {},
      onClosed: (info) => {
        if (answer !== undefined) resolve(answer);
        else reject(info.by === 'transport' ? info.error : new Error('the peer closed without an answer'));
      },
    });
    const { send, receive } = connection.openBidi({ priority: 0 });
    send.write([encodeQuestion(bytes)]);
    send.finish();
    receive.read({
      onData: () => {
        firstMs ??= performance.now();
      },
      // Tickets come behind the handshake: those that were sent before the answer are here when it is.
      onFinished: (size) => {
        const lastMs = performance.now();
        answer = { firstMs: firstMs ?? lastMs, lastMs, bytes: size };
        void established.then(() => connection.close(0, 'measured'));
      },
      onReset: () => connection.close(0, 'no answer'),
    });
  });
}

/** A ticket may come after the first answer: then the second connection brings one. */
const TICKET_ROUNDS = 3;
