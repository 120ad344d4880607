/** What can be chosen per dial or listener, with the defaults in one place. */
import type { MuxLimits, Schedule } from './mux/limits.js';
import { checkLimits } from './mux/settings.js';

/** Limits of a link; everything has a default. Both ends have their own. Sizes in bytes. */
export interface MuxLinkOptions {
  /** The connection is lost after so long without a byte from the peer. */
  readonly idleTimeoutMs?: number | undefined;
  /** A ping this often, so that the peer hears something; 0 is off. */
  readonly keepAliveMs?: number | undefined;
  /** Received and not yet read, per stream and over all: at least 64 KiB. */
  readonly streamWindowBytes?: number | undefined;
  readonly connectionWindowBytes?: number | undefined;
  /** Written and not yet given to the carrier, per stream: a stream's credit. */
  readonly sendBufferBytes?: number | undefined;
  /** The same over all streams. */
  readonly totalBufferBytes?: number | undefined;
  readonly maxConcurrentUni?: number | undefined;
  readonly maxConcurrentBidi?: number | undefined;
  /**
   * Datagrams that wait, each way. 0, the default, offers none: `maxDatagramSize` is 0. Over 0 they are carried like
   * everything else, in order and never lost, which repair symbols have no use for.
   */
  readonly datagramQueueBytes?: number | undefined;
  /** In which order what waits leaves. */
  readonly schedule?: Schedule | undefined;
}

/** Options of one TCP socket. */
export interface SocketOptions {
  /** Congestion control algorithm of the socket; absent: the kernel's default. */
  readonly congestion?: string | undefined;
  /** TCP_NOTSENT_LOWAT; 0, the default, is the kernel's own. */
  readonly notSentLowWaterBytes?: number | undefined;
}

/** `options` with every default applied. Throws RangeError for what cannot be. */
export function complete(options: MuxLinkOptions): MuxLimits {
  const limits: MuxLimits = {
    idleTimeoutMs: options.idleTimeoutMs ?? DEFAULTS.idleTimeoutMs,
    keepAliveMs: options.keepAliveMs ?? DEFAULTS.keepAliveMs,
    streamWindowBytes: options.streamWindowBytes ?? DEFAULTS.streamWindowBytes,
    connectionWindowBytes: options.connectionWindowBytes ?? DEFAULTS.connectionWindowBytes,
    sendBufferBytes: options.sendBufferBytes ?? DEFAULTS.sendBufferBytes,
    totalBufferBytes: options.totalBufferBytes ?? DEFAULTS.totalBufferBytes,
    maxConcurrentUni: options.maxConcurrentUni ?? DEFAULTS.maxConcurrentUni,
    maxConcurrentBidi: options.maxConcurrentBidi ?? DEFAULTS.maxConcurrentBidi,
    datagramQueueBytes: options.datagramQueueBytes ?? DEFAULTS.datagramQueueBytes,
    schedule: options.schedule ?? DEFAULTS.schedule,
  };
  for (const [name, value] of Object.entries(limits)) {
    if (typeof value === 'number' && (!Number.isInteger(value) || value < 0 || value > 0x7fff_ffff)) {
      throw new RangeError(`${name} is ${value}: it must be an integer from 0 to 2^31-1`);
    }
  }
  checkLimits(limits);
  return limits;
}

/** The default of every option: those of the QUIC transport, so that what fits there fits here. */
export const DEFAULTS = {
  idleTimeoutMs: 10_000,
  keepAliveMs: 3_000,
  streamWindowBytes: 2 * 1024 * 1024,
  connectionWindowBytes: 16 * 1024 * 1024,
  sendBufferBytes: 256 * 1024,
  totalBufferBytes: 64 * 1024 * 1024,
  maxConcurrentUni: 1_024,
  maxConcurrentBidi: 256,
  datagramQueueBytes: 0,
  schedule: 'priority',
  notSentLowWaterBytes: 0,
  connectTimeoutMs: 10_000,
} as const;
