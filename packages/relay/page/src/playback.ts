/**
 * What the player is doing, as a state machine without a player in it: events and the time go in, the state and the
 * moment to try again come out. Pure, so that a test walks it.
 */

/** Where playback stands. */
export type Playback =
  /** Nothing to play: the relay has no live broadcast. */
  | { readonly state: 'no-broadcast' }
  /** Asked for, nothing decoded yet. */
  | { readonly state: 'connecting'; readonly attempt: number }
  | { readonly state: 'playing' }
  /** Decoded before, waiting for bytes now. */
  | { readonly state: 'stalled' }
  /** The relay ended the response: the publisher left. */
  | { readonly state: 'ended' }
  /** Failed; tried again at `retryAtMs`. */
  | {
      readonly state: 'error';
      readonly message: string;
      readonly attempt: number;
      readonly retryAtMs: number;
    }
  /** This browser cannot play FLV by Media Source Extensions: trying again changes nothing. */
  | { readonly state: 'unsupported' };

/** What happens to playback. `nowMs` is monotonic. */
export type PlaybackEvent =
  | { readonly type: 'opened' }
  | { readonly type: 'progressed' }
  | { readonly type: 'waited' }
  | { readonly type: 'finished' }
  | { readonly type: 'failed'; readonly message: string; readonly nowMs: number; readonly jitter: number }
  | { readonly type: 'closed' }
  | { readonly type: 'refused' };

const firstRetryMs = 500;
const longestRetryMs = 8_000;

/** Milliseconds before attempt number `attempt` + 1; `jitter` in [0, 1) spreads many viewers over half of it. */
export function retryDelayMs(attempt: number, jitter: number): number {
  const ceiling = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempt, 10));
  return ceiling * (0.5 + jitter / 2);
}

const attemptOf = (playback: Playback): number =>
  playback.state === 'connecting' || playback.state === 'error' ? playback.attempt : 0;

/** The state after `event`. */
export function advance(playback: Playback, event: PlaybackEvent): Playback {
  if (playback.state === 'unsupported') return playback;
  switch (event.type) {
    case 'opened':
      return { state: 'connecting', attempt: attemptOf(playback) + 1 };
    case 'progressed':
      return playback.state === 'playing' ? playback : { state: 'playing' };
    case 'waited':
      return playback.state === 'playing' ? { state: 'stalled' } : playback;
    case 'finished':
      return { state: 'ended' };
    case 'failed': {
      const attempt = attemptOf(playback);
      const retryAtMs = event.nowMs + retryDelayMs(attempt, event.jitter);
      return { state: 'error', message: event.message, attempt, retryAtMs };
    }
    case 'closed':
      return { state: 'no-broadcast' };
    case 'refused':
      return { state: 'unsupported' };
  }
}
