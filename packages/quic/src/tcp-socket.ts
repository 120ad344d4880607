/**
 * What a TCP socket of `node:net` or `node:tls` does not tell or take in Node: its congestion control algorithm,
 * TCP_NOTSENT_LOWAT and TCP_INFO. Linux; elsewhere every call throws. Stands here because the addon is here.
 */
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { QuicError } from './errors.js';
import type { NativeTcpInfo } from './native.generated.js';
import * as Native from './native.js';

/** Figures of one TCP connection, from the kernel. Times in ms, rates in bit/s, counters since the connection opened. */
export interface TcpInfo {
  readonly rttMs: number;
  readonly rttVarianceMs: number;
  readonly minRttMs: number;
  readonly mssBytes: number;
  readonly pathMtuBytes: number;
  /** Congestion window. */
  readonly cwndBytes: number;
  /** Sent and not acknowledged, whole segments. */
  readonly bytesInFlight: number;
  /** Written and not sent. */
  readonly notSentBytes: number;
  /** 0 where the kernel does not pace this socket. */
  readonly pacingRateBps: number;
  /** The newest sample of goodput. */
  readonly deliveryRateBps: number;
  /** The sample was limited by what the application had to send. */
  readonly applicationLimited: boolean;
  readonly bytesSent: number;
  readonly bytesAcknowledged: number;
  readonly bytesReceived: number;
  readonly bytesRetransmitted: number;
  readonly segmentsSent: number;
  readonly segmentsReceived: number;
  readonly segmentsRetransmitted: number;
  /** How long there was something to send, and how much of that the peer's window or our buffer was the limit. */
  readonly busyMs: number;
  readonly receiveWindowLimitedMs: number;
  readonly sendBufferLimitedMs: number;
}

/** The algorithms that this kernel has loaded, sorted; empty where it does not tell. */
export function availableCongestion(): readonly string[] {
  try {
    return readFileSync(AVAILABLE_FILE, 'utf8').trim().split(/\s+/).sort();
  } catch {
    return [];
  }
}

/**
 * Finds out whether a socket of this process may use `algorithm`.
 * @throws QuicError LH_QUIC_TCP_UNKNOWN (the kernel has none of that name) or LH_QUIC_TCP_REFUSED (it may not be used here).
 */
export function probeCongestion(algorithm: string): void {
  told(algorithm, () => Native.load().tcpProbeCongestion(algorithm));
}

/** Makes `socket` use `algorithm` from now on. Throws as `probeCongestion`, and LH_QUIC_TCP for a socket that is closed. */
export function chooseCongestion(socket: Socket, algorithm: string): void {
  told(algorithm, () => Native.load().tcpSetCongestion(descriptorOf(socket), algorithm));
}

/** The algorithm `socket` uses. @throws QuicError LH_QUIC_TCP when it is closed. */
export function congestionOf(socket: Socket): string {
  return Native.call(() => Native.load().tcpCongestion(descriptorOf(socket)));
}

/**
 * Bounds what the kernel takes of `socket` ahead of what it sends (TCP_NOTSENT_LOWAT), so that what is late can still
 * be dropped here; 0 returns to the kernel's default, which is no bound but the send buffer. Throws LH_QUIC_TCP.
 */
export function boundNotSent(socket: Socket, bytes: number): void {
  Native.call(() => Native.load().tcpSetNotSentLowWater(descriptorOf(socket), bytes));
}

/** What the kernel tells of `socket`; undefined once it is closed. */
export function infoOf(socket: Socket): TcpInfo | undefined {
  const descriptor = handleOf(socket)?.fd ?? -1;
  if (descriptor < 0) return undefined;
  return fromNative(Native.call(() => Native.load().tcpInfo(descriptor)));
}

function fromNative(info: NativeTcpInfo): TcpInfo {
  return {
    rttMs: info.rttUs / 1_000,
    rttVarianceMs: info.rttVarianceUs / 1_000,
    // All ones while there was no sample.
    minRttMs: info.minRttUs === 0xffff_ffff ? info.rttUs / 1_000 : info.minRttUs / 1_000,
    mssBytes: info.mssBytes,
    pathMtuBytes: info.pathMtuBytes,
    cwndBytes: info.windowSegments * info.mssBytes,
    bytesInFlight: info.unacknowledgedSegments * info.mssBytes,
    notSentBytes: info.notSentBytes,
    pacingRateBps: info.pacingRate * 8,
    deliveryRateBps: info.deliveryRate * 8,
    applicationLimited: info.deliveryRateApplicationLimited,
    bytesSent: info.bytesSent,
    bytesAcknowledged: info.bytesAcknowledged,
    bytesReceived: info.bytesReceived,
    bytesRetransmitted: info.bytesRetransmitted,
    segmentsSent: info.segmentsSent,
    segmentsReceived: info.segmentsReceived,
    segmentsRetransmitted: info.retransmittedSegments,
    busyMs: info.busyUs / 1_000,
    receiveWindowLimitedMs: info.receiveWindowLimitedUs / 1_000,
    sendBufferLimitedMs: info.sendBufferLimitedUs / 1_000,
  };
}

/** Node keeps the number of the socket in a handle that its types do not know. */
function handleOf(socket: Socket): { readonly fd?: number } | null | undefined {
  return (socket as unknown as { readonly _handle?: { readonly fd?: number } | null })._handle;
}

function descriptorOf(socket: Socket): number {
  const descriptor = handleOf(socket)?.fd ?? -1;
  if (descriptor < 0) throw new QuicError('LH_QUIC_TCP', 'the TCP socket is closed');
  return descriptor;
}

/** What the kernel means when it refuses an algorithm. */
function told(algorithm: string, call: () => void): void {
  try {
    Native.call(call);
  } catch (cause) {
    const { message } = cause as Error;
    const offered = availableCongestion().join(', ') || 'nothing it tells of';
    if (message.startsWith('ENOENT')) {
      throw new QuicError(
        'LH_QUIC_TCP_UNKNOWN',
        `TCP congestion control "${algorithm}" is unknown here; this kernel offers ${offered}`,
        { cause },
      );
    }
    if (message.startsWith('EPERM')) {
      throw new QuicError(
        'LH_QUIC_TCP_REFUSED',
        `TCP congestion control "${algorithm}" is not allowed here; net.ipv4.tcp_allowed_congestion_control of this network namespace must name it (the kernel offers ${offered})`,
        { cause },
      );
    }
    throw cause;
  }
}

const AVAILABLE_FILE = '/proc/sys/net/ipv4/tcp_available_congestion_control';
