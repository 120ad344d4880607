/** An idealised player: when would a viewer have seen the picture stop? No decoder, no timer; arrivals are arguments. */

/** How the player buffers. */
export interface PlayerOptions {
  /** Media buffered before play starts, ms. */
  readonly startMs: number;
  /** Media buffered before play goes on after a stall, ms. */
  readonly resumeMs: number;
  /** Stalls shorter than this are not seen by anyone and not counted, ms. */
  readonly leastStallMs: number;
}

/** FLV players start with about this much; a stall under 200 ms is rarely noticed. */
export const DEFAULT_PLAYER: PlayerOptions = { startMs: 500, resumeMs: 250, leastStallMs: 200 };

/** What the viewer saw, up to the time given to `report`. */
export interface PlayerReport {
  /** From the start of the measurement to the start of play, ms; undefined when play never started. */
  readonly startedMs: number | undefined;
  readonly stalls: number;
  readonly stalledMs: number;
  readonly playedMs: number;
  /** stalled / (stalled + played); 1 when play never started. */
  readonly stallRatio: number;
}

type State =
  | { readonly name: 'starting'; readonly firstMedia: number | undefined }
  | { readonly name: 'playing'; readonly anchorMs: number; readonly anchorMedia: number }
  | { readonly name: 'stalled'; readonly sinceMs: number; readonly playhead: number };

/** Inputs: `frame` per complete frame of one track, in order. Output: `report`. Times in ms on one monotonic clock that is 0 at the start. */
export class PlayerModel {
  readonly #options: PlayerOptions;
  #state: State = { name: 'starting', firstMedia: undefined };
  #newest = 0;
  #startedMs: number | undefined;
  #stalls = 0;
  #stalledMs = 0;
  #playedMs = 0;

  constructor(options: PlayerOptions = DEFAULT_PLAYER) {
    this.#options = options;
  }

  /** A frame with unwrapped media time `mediaMs` was complete at `nowMs`. */
  frame(mediaMs: number, nowMs: number): void {
    if (this.#state.name === 'playing') this.#stallIfLate(mediaMs, nowMs);
    this.#newest = Math.max(this.#newest, mediaMs);
    switch (this.#state.name) {
      case 'starting': {
        const firstMedia = this.#state.firstMedia ?? mediaMs;
        this.#state = { name: 'starting', firstMedia };
        if (this.#newest - firstMedia < this.#options.startMs) return;
        this.#startedMs = nowMs;
        this.#state = { name: 'playing', anchorMs: nowMs, anchorMedia: firstMedia };
        return;
      }
      case 'stalled':
        if (this.#newest - this.#state.playhead < this.#options.resumeMs) return;
        this.#countStall(nowMs - this.#state.sinceMs);
        this.#state = { name: 'playing', anchorMs: nowMs, anchorMedia: this.#state.playhead };
        return;
      case 'playing':
    }
  }

  /** What was seen until `nowMs`; a stall that goes on counts up to there. */
  report(nowMs: number): PlayerReport {
    const stalled = this.#openStallMs(nowMs);
    const counts = stalled >= this.#options.leastStallMs;
    const stalledMs = this.#stalledMs + (counts ? stalled : 0);
    const playedMs =
      this.#playedMs + (this.#state.name === 'playing' ? this.#mediaLeft(this.#state, nowMs) : 0);
    return {
      startedMs: this.#startedMs,
      stalls: this.#stalls + (counts ? 1 : 0),
      stalledMs,
      playedMs,
      stallRatio: this.#startedMs === undefined ? 1 : stalledMs / Math.max(1, stalledMs + playedMs),
    };
  }

  /** The frame was due when the playhead reached it: later than that, the picture has stood still since. */
  #stallIfLate(mediaMs: number, nowMs: number): void {
    if (this.#state.name !== 'playing' || mediaMs <= this.#newest) return;
    const { anchorMs, anchorMedia } = this.#state;
    const dueMs = anchorMs + (mediaMs - anchorMedia);
    if (nowMs <= dueMs) return;
    this.#playedMs += dueMs - anchorMs;
    this.#state = { name: 'stalled', sinceMs: dueMs, playhead: mediaMs };
  }

  #openStallMs(nowMs: number): number {
    if (this.#state.name === 'stalled') return nowMs - this.#state.sinceMs;
    // Nothing came after the newest frame: the picture stands still since its turn.
    if (this.#state.name === 'playing') {
      return Math.max(0, nowMs - this.#state.anchorMs - (this.#newest - this.#state.anchorMedia));
    }
    return 0;
  }

  #countStall(durationMs: number): void {
    if (durationMs < this.#options.leastStallMs) return;
    this.#stalls++;
    this.#stalledMs += durationMs;
  }

  #mediaLeft(state: { anchorMs: number; anchorMedia: number }, nowMs: number): number {
    return Math.max(0, Math.min(nowMs - state.anchorMs, this.#newest - state.anchorMedia));
  }
}
