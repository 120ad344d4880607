/** What can be chosen per dial or listener, with the defaults in one place. */

import type { ControllerOption } from './congestion.js';
import * as Congestion from './congestion.js';
import type { NativeLinkOptions } from './native.generated.js';
import type { RepairSettings } from './repair.js';
import * as Repair from './repair.js';

/** Limits and choices of a link; everything has a default. Both ends have their own. */
export interface LinkOptions {
  /** The connection is lost after so long without a packet. */
  readonly idleTimeoutMs?: number | undefined;
  /** A packet at least this often, so that address translators keep the path; 0 is off. */
  readonly keepAliveMs?: number | undefined;
  /**
   * Received and not yet read per stream; also the most this package holds for one, so that a reader who takes nothing
   * stops the sender after twice as much. The engine gives a connection up when 2,048 pieces of a stream wait unread
   * in it, which is what 2 MiB of full packets make: more is safe only where nobody pauses. At most 8 MiB.
   */
  readonly streamWindowBytes?: number | undefined;
  /** The same over all streams. */
  readonly connectionWindowBytes?: number | undefined;
  /** Written and not yet taken by the engine, per stream: a stream's credit. */
  readonly sendBufferBytes?: number | undefined;
  /** Unidirectional streams the peer may have open at a time; never lower it while tickets are out. */
  readonly maxConcurrentUni?: number | undefined;
  /** Bidirectional streams the peer may have open at a time; never lower it while tickets are out. */
  readonly maxConcurrentBidi?: number | undefined;
  /** Datagrams that wait, each way. */
  readonly datagramQueueBytes?: number | undefined;
  /** UDP socket buffers to ask for; `socket` of a connection tells what was granted. */
  readonly socketBufferBytes?: number | undefined;
  /** Writes a qlog file per connection here. */
  readonly qlogDirectory?: string | undefined;
  /** Round trip to assume before the first sample; 0 is the engine's 333 ms. */
  readonly initialRttMs?: number | undefined;
  /**
   * Asks the peer for prompt feedback about the last packets before a pause, so that their loss costs a round trip and a
   * half instead of a probe time-out. Only where packets get lost and the round trip is long.
   */
  readonly tailCare?: boolean | undefined;
  /** Who decides how fast the link sends. */
  readonly controller?: ControllerOption | undefined;
  /** What may be spent on repair of what gets lost. */
  readonly repair?: RepairSettings | undefined;
}

/** `options` with every default applied, as the addon takes them. */
export function complete(options: LinkOptions): NativeLinkOptions {
  const native: NativeLinkOptions = {
    idleTimeoutMs: options.idleTimeoutMs ?? DEFAULTS.idleTimeoutMs,
    keepAliveMs: options.keepAliveMs ?? DEFAULTS.keepAliveMs,
    streamWindowBytes: options.streamWindowBytes ?? DEFAULTS.streamWindowBytes,
    connectionWindowBytes: options.connectionWindowBytes ?? DEFAULTS.connectionWindowBytes,
    sendBufferBytes: options.sendBufferBytes ?? DEFAULTS.sendBufferBytes,
    maxConcurrentUni: options.maxConcurrentUni ?? DEFAULTS.maxConcurrentUni,
    maxConcurrentBidi: options.maxConcurrentBidi ?? DEFAULTS.maxConcurrentBidi,
    datagramQueueBytes: options.datagramQueueBytes ?? DEFAULTS.datagramQueueBytes,
    socketBufferBytes: options.socketBufferBytes ?? DEFAULTS.socketBufferBytes,
    initialRttMs: options.initialRttMs ?? DEFAULTS.initialRttMs,
    tailCare: options.tailCare ?? DEFAULTS.tailCare,
    controller: Congestion.complete(options.controller ?? DEFAULTS.controller),
    repair: Repair.complete(options.repair ?? DEFAULTS.repair),
  };
  if (options.qlogDirectory !== undefined) native.qlogDirectory = options.qlogDirectory;
  for (const [name, value] of Object.entries(native)) {
    if (typeof value === 'number') requireUint32(name, value);
  }
  if (native.streamWindowBytes > MAX_STREAM_WINDOW_BYTES) {
    throw new RangeError(
      `streamWindowBytes is ${native.streamWindowBytes}: it must be at most ${MAX_STREAM_WINDOW_BYTES}`,
    );
  }
  return native;
}

const MAX_STREAM_WINDOW_BYTES = 8 * 1024 * 1024;

/** The default of every option. Windows: a stream carries 48 Mbit/s at a round trip of 350 ms, a connection eight times that. */
export const DEFAULTS = {
  idleTimeoutMs: 10_000,
  keepAliveMs: 3_000,
  streamWindowBytes: 2 * 1024 * 1024,
  connectionWindowBytes: 16 * 1024 * 1024,
  sendBufferBytes: 256 * 1024,
  maxConcurrentUni: 1_024,
  maxConcurrentBidi: 256,
  datagramQueueBytes: 256 * 1024,
  socketBufferBytes: 4 * 1024 * 1024,
  initialRttMs: 0,
  connectTimeoutMs: 10_000,
  tailCare: true,
  controller: 'bbr-live',
  repair: { maxShare: 0.15 },
} as const;

function requireUint32(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new RangeError(`${name} is ${value}: it must be an integer from 0 to 2^32-1`);
  }
}
