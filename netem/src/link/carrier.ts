/** What carries packets between the ends, once it does. */
import type { LinkAudit } from '../audit/audit.js';

/** A backend at work. */
export interface Carrier {
  /** Its own words about itself: real-time priority, buffers, versions. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Time zero, now or at a moment that is near; that moment on the monotonic clock, µs. */
  start(atUs?: bigint): Promise<bigint>;
  /** Figures since time zero, judged. */
  audit(): Promise<LinkAudit>;
  /** Called before the namespaces go. */
  close(): Promise<void>;
}
