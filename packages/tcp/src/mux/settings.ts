/** What an end says of itself first. */
import { type Settings, VERSION } from './frame.js';
import { FIRST_WINDOW_BYTES, MAX_DATAGRAM_BYTES, type MuxLimits } from './limits.js';

/** The settings frame of these limits. */
export function settingsOf(limits: MuxLimits): Settings {
  return {
    version: VERSION,
    streamWindowBytes: limits.streamWindowBytes,
    connectionWindowBytes: limits.connectionWindowBytes,
    maxUni: limits.maxConcurrentUni,
    maxBidi: limits.maxConcurrentBidi,
    maxDatagramBytes: limits.datagramQueueBytes === 0 ? 0 : MAX_DATAGRAM_BYTES,
  };
}

/** Throws RangeError for windows that a dialler could exceed before it knows them. */
export function checkLimits(limits: MuxLimits): void {
  for (const name of ['streamWindowBytes', 'connectionWindowBytes'] as const) {
    if (limits[name] < FIRST_WINDOW_BYTES)
      throw new RangeError(`${name} is ${limits[name]}: it must be at least ${FIRST_WINDOW_BYTES}`);
  }
}
