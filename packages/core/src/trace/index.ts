/** Where frames are delayed: the last minute in sums, and one by one on request. */
export {
  DEFAULT_TRACE_LIMITS,
  FrameTrace,
  type TracedFrame,
  type TracedSending,
  type TraceLimits,
} from './frame-trace.js';
export type { Arrival, Coming, InboundDelays } from './inbound.js';
export { type Handing, LinkDelays, type PacketNews, type Sending } from './link-delays.js';
export { MINUTE_S, Minute, type MinuteView, type Quantile, type SecondView } from './minute.js';
export * as Parts from './parts.js';
export { DELAY_PARTS, type DelayPart, type PartTimes } from './parts.js';
