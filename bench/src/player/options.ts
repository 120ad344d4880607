/** How the model players buffer. bench.md, section 2; every default is here and goes into the result. */

/** A player that speeds up and slows down to stay near its target, as ExoPlayer's live speed control does. */
export interface CatchUp {
  /** Speed for each second away from the target, 1/s. */
  readonly gain: number;
  /** No change within this share of the target. */
  readonly band: number;
  readonly leastSpeed: number;
  readonly mostSpeed: number;
  /** Further behind than so many targets, it drops to the newest key frame it has. */
  readonly mostTargets: number;
}

/** One player. */
export interface PlayerOptions {
  /** `p300` ... */
  readonly name: string;
  /** S: media buffered before play starts, ms. */
  readonly startMs: number;
  /** R: media buffered before play goes on after a stall, ms. */
  readonly resumeMs: number;
  /** T: from capture to showing, ms. */
  readonly targetMs: number;
  /** Undefined: plays at speed 1 and never drops. */
  readonly catchUp: CatchUp | undefined;
}

/** k 0.1/s, band 20 %, speeds 0.97 to 1.05, drop beyond 3 targets. */
export const CATCH_UP: CatchUp = { gain: 0.1, band: 0.2, leastSpeed: 0.97, mostSpeed: 1.05, mostTargets: 3 };

/** Targets above the one-way delay, ms. */
export const TARGETS_MS = [300, 500, 1_000, 3_000] as const;
/** Names of the players that are run over every record. */
export const PLAYERS = ['p300', 'p500', 'p1000', 'p3000'] as const;
/** One of them. */
export type PlayerName = (typeof PLAYERS)[number];

/**
 * The players of a link with this one-way delay. T = target + one-way. S = target - 50, from T = S + one-way + 50.
 * R = S / 2.
 */
export function playersFor(oneWayMs: number): PlayerOptions[] {
  return TARGETS_MS.map((aboveMs) => ({
    name: `p${aboveMs}`,
    startMs: aboveMs - MARGIN_MS,
    resumeMs: (aboveMs - MARGIN_MS) / 2,
    targetMs: aboveMs + oneWayMs,
    catchUp: CATCH_UP,
  }));
}

const MARGIN_MS = 50;
