/** What the parts of a link session share. */
import type { SendStream } from '@longhaul/transport';
import type { LinkDelays } from '../trace/link-delays.js';
import type { Traffic } from './counters.js';
import type { LinkDelivery } from './link-delivery.js';
import type { LinkLimits, LinkNotice, LinkTiming } from './options.js';
import type { RequestContext } from './request-stream.js';

/** The session, as its parts see it. */
export interface LinkContext extends RequestContext {
  readonly limits: LinkLimits;
  readonly timing: LinkTiming;
  /** All that was sent and received over the link. */
  readonly sent: Traffic;
  readonly received: Traffic;
  readonly delays: LinkDelays;
  readonly delivery: LinkDelivery;
  now(): number;
  /** `protectBytes`: see `UniOptions` of the transport. */
  openUni(priority: number, protectBytes: number): SendStream;
  /** Closes the link: the peer sent what no rule allows here. */
  violated(reason: string): void;
  notice(notice: LinkNotice): void;
  /** Counts a stream that this end or the peer stopped or reset with `code`. */
  streamEndedEarly(by: 'local' | 'peer', code: number, reason: string): void;
}
