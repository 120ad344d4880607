/** The registry as its routes see it. */
import type { Broadcast } from '../broadcast.js';
import type { Timers } from '../timers.js';
import type { LinkEntry } from './candidates.js';
import type { CompleteOptions } from './options.js';
import type { Route } from './route.js';
import type { RegistryTotals } from './totals.js';

/** What a route needs of the registry. */
export interface RouteHost {
  readonly options: CompleteOptions;
  readonly timers: Timers;
  readonly links: ReadonlySet<LinkEntry>;
  readonly totals: RegistryTotals;
  /** The relay goes down: nothing is wanted or announced any more. */
  readonly isDown: boolean;
  /** Whether a peer's broadcast may have this epoch. */
  takesEpoch(epoch: number): boolean;
  /** A broadcast is over, and all of it that came here is in its cache. */
  broadcastOver(broadcast: Broadcast, nowMs: number): void;
  /** Nothing is left of the route: forget it. */
  routeIdle(route: Route): void;
}
