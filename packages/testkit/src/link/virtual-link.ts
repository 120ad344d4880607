import { MemoryLink, type MemoryLinkOptions } from '@longhaul/transport';
import { Random } from '../random.js';
import { VirtualClock } from '../virtual-clock.js';
import { type VirtualPathOptions, virtualPath } from './virtual-path.js';

/** A virtual link: both directions alike unless `back` says otherwise. */
export interface VirtualLinkOptions extends VirtualPathOptions {
  /** The direction from the acceptor to the dialer, where it differs. */
  readonly back?: VirtualPathOptions;
  /** A clock that several links may share. Absent: a new one. */
  readonly clock?: VirtualClock;
  readonly limits?: MemoryLinkOptions['limits'];
  readonly dialer?: MemoryLinkOptions['dialer'];
  readonly acceptor?: MemoryLinkOptions['acceptor'];
}

/** Two connections on a clock: `clock.advance` is all there is to do. */
export interface VirtualLink {
  readonly clock: VirtualClock;
  readonly link: MemoryLink;
  readonly dialer: MemoryLink['dialer'];
  readonly acceptor: MemoryLink['acceptor'];
}

/** Joins two memory connections by virtual paths, driven by a virtual clock. */
export function virtualLink(options: VirtualLinkOptions = {}): VirtualLink {
  const { clock = new VirtualClock(), back, limits, dialer, acceptor, ...forth } = options;
  const random = new Random(options.seed ?? 1);
  const link = new MemoryLink({
    ...(limits && { limits }),
    ...(dialer && { dialer }),
    ...(acceptor && { acceptor }),
    paths: {
      toAcceptor: virtualPath({ ...forth, seed: random.uint32() }),
      toDialer: virtualPath({ ...forth, ...back, seed: random.uint32() }),
    },
    startMs: clock.nowMs,
    schedule: (atMs, run) => void clock.at(atMs, run),
  });
  return { clock, link, dialer: link.dialer, acceptor: link.acceptor };
}
