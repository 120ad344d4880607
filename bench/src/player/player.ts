/**
 * What a viewer would have seen of an arrival record. No decoder and no timer: bench.md, section 2.
 *
 * The model looks at video. It knows a lost picture when it is due, and jumps to the next that can be shown; that media
 * is reported as skipped. Speed is set anew at each picture.
 */
import type { FrameColumns, Session } from '../records/index.js';
import type { PlayerOptions } from './options.js';
import { type Picture, picturesOf } from './pictures.js';

/** A picture that stood still, ms since the connect call. */
export interface Stall {
  readonly atMs: number;
  readonly durationMs: number;
}

/** Media that was not shown, and when it was passed over, ms since the connect call. */
export interface Jump {
  readonly atMs: number;
  readonly mediaMs: number;
}

/** Media that was not shown, summed. */
export interface Skips {
  readonly count: number;
  readonly mediaMs: number;
}

/** What the viewer saw. startingMs + playMs + the stalls' durations = sessionMs. */
export interface PlayerReport {
  readonly options: PlayerOptions;
  readonly sessionMs: number;
  /** From the connect call to the start of play; undefined: it never started. */
  readonly startMs: number | undefined;
  /** Time before play: the whole session when it never started. */
  readonly startingMs: number;
  readonly playMs: number;
  /** All of them, the shortest too. */
  readonly stalls: readonly Stall[];
  readonly skips: {
    /** To come closer to the target. */
    readonly catchUp: Skips;
    /** Over what never came or could not be decoded. */
    readonly missing: Skips;
  };
  /** All of the skips, in order. */
  readonly jumps: readonly Jump[];
  /** Lost pictures that nothing referred to: the one before stood a little longer. */
  readonly discardedFrames: number;
  /** Mean over shown pictures from capture to showing; undefined when none was shown. */
  readonly latencyMs: number | undefined;
}

/** The record to play. The session lasts from the connect call to the capture of the last frame that was sent. */
export interface Watched {
  readonly frames: FrameColumns;
  readonly session: Pick<Session, 'connectStartUs'>;
}

/** Plays the record. */
export function play({ frames, session }: Watched, options: PlayerOptions): PlayerReport {
  const lastUs = frames.captureUs.reduce((last, each) => Math.max(last, each), session.connectStartUs);
  const { pictures, discarded } = picturesOf(frames, session);
  const run = new Playback(pictures, options, (lastUs - session.connectStartUs) / 1e3);
  run.run();
  return { ...run.report(), discardedFrames: discarded };
}

type State =
  | { readonly name: 'starting' }
  /** The picture `at` is shown since `sinceMs`. */
  | { readonly name: 'playing'; readonly at: number; readonly sinceMs: number }
  /** The picture `next` was due at `sinceMs`. */
  | { readonly name: 'stalled'; readonly next: number; readonly sinceMs: number }
  | { readonly name: 'over' };

/** Inputs: pictures, options, the end. Output: `report` after `run`. */
class Playback {
  readonly #pictures: readonly Picture[];
  readonly #options: PlayerOptions;
  readonly #endMs: number;
  readonly #stalls: Stall[] = [];
  readonly #catchUp = { count: 0, mediaMs: 0 };
  readonly #missing = { count: 0, mediaMs: 0 };
  readonly #jumps: Jump[] = [];
  readonly #keys: readonly number[];
  #state: State = { name: 'starting' };
  #startMs: number | undefined;
  #shown = 0;
  #latencyMs = 0;

  constructor(pictures: readonly Picture[], options: PlayerOptions, endMs: number) {
    this.#pictures = pictures;
    this.#options = options;
    this.#endMs = endMs;
    this.#keys = pictures.flatMap(({ kind, readyMs }, at) =>
      kind === 'key' && readyMs !== undefined ? [at] : [],
    );
  }

  run(): void {
    while (this.#state.name !== 'over') this.#state = this.#step(this.#state);
  }

  report(): Omit<PlayerReport, 'discardedFrames'> {
    const stalledMs = this.#stalls.reduce((sum, { durationMs }) => sum + durationMs, 0);
    const startingMs = this.#startMs ?? this.#endMs;
    return {
      options: this.#options,
      sessionMs: this.#endMs,
      startMs: this.#startMs,
      startingMs,
      playMs: this.#endMs - startingMs - stalledMs,
      stalls: this.#stalls,
      skips: { catchUp: this.#catchUp, missing: this.#missing },
      jumps: this.#jumps,
      latencyMs: this.#shown === 0 ? undefined : this.#latencyMs / this.#shown,
    };
  }

  #step(state: Exclude<State, { name: 'over' }>): State {
    switch (state.name) {
      case 'starting': {
        const startMs = this.#bufferedAt(0, this.#options.startMs);
        if (startMs >= this.#endMs) return { name: 'over' };
        this.#startMs = startMs;
        return { name: 'playing', at: 0, sinceMs: startMs };
      }
      case 'stalled': {
        const resumeMs = Math.max(state.sinceMs, this.#bufferedAt(state.next, this.#options.resumeMs));
        const untilMs = Math.min(resumeMs, this.#endMs);
        this.#stalls.push({ atMs: state.sinceMs, durationMs: untilMs - state.sinceMs });
        if (resumeMs >= this.#endMs) return { name: 'over' };
        return { name: 'playing', at: state.next, sinceMs: resumeMs };
      }
      case 'playing':
        return this.#show(state.at, state.sinceMs);
    }
  }

  /** Shows a picture at `nowMs` and says what comes after it. */
  #show(at: number, nowMs: number): State {
    const { ptsMs } = this.#picture(at);
    const key = this.#dropTarget(at, nowMs);
    if (key !== undefined) {
      this.#skip(this.#catchUp, { atMs: nowMs, mediaMs: this.#picture(key).ptsMs - ptsMs });
      return { name: 'playing', at: key, sinceMs: nowMs };
    }
    const offsetMs = nowMs - this.#picture(at).captureMs;
    this.#shown++;
    this.#latencyMs += offsetMs;
    const due = this.#pictures[at + 1];
    // The source has nothing more: the session is over when the source is.
    if (due === undefined) return { name: 'over' };
    const dueMs = nowMs + (due.ptsMs - ptsMs) / this.#speed(offsetMs);
    if (dueMs >= this.#endMs) return { name: 'over' };
    const next = this.#nextWhole(at + 1);
    if (next === undefined) return this.#stallToTheEnd(dueMs);
    const { ptsMs: nextPtsMs, readyMs = Number.POSITIVE_INFINITY } = this.#picture(next);
    if (next > at + 1) {
      this.#skip(this.#missing, { atMs: dueMs, mediaMs: nextPtsMs - due.ptsMs });
    }
    return readyMs <= dueMs
      ? { name: 'playing', at: next, sinceMs: dueMs }
      : { name: 'stalled', next, sinceMs: dueMs };
  }

  #skip(sum: { count: number; mediaMs: number }, jump: Jump): void {
    sum.count++;
    sum.mediaMs += jump.mediaMs;
    this.#jumps.push(jump);
  }

  #stallToTheEnd(sinceMs: number): State {
    this.#stalls.push({ atMs: sinceMs, durationMs: this.#endMs - sinceMs });
    return { name: 'over' };
  }

  /** The newest key frame that is there, if the picture `at` is too far behind the source. */
  #dropTarget(at: number, nowMs: number): number | undefined {
    const { catchUp, targetMs } = this.#options;
    const { captureMs } = this.#picture(at);
    if (catchUp === undefined || nowMs - captureMs <= catchUp.mostTargets * targetMs) return undefined;
    return this.#keys.findLast((key) => key > at && (this.#picture(key).readyMs ?? 0) <= nowMs);
  }

  /** v = clamp(1 + k(o - T)), 1 within the band. */
  #speed(offsetMs: number): number {
    const { catchUp, targetMs } = this.#options;
    const errorMs = offsetMs - targetMs;
    if (catchUp === undefined || Math.abs(errorMs) <= catchUp.band * targetMs) return 1;
    const speed = 1 + (catchUp.gain * errorMs) / 1e3;
    return Math.min(catchUp.mostSpeed, Math.max(catchUp.leastSpeed, speed));
  }

  /** When media of `bufferMs` from the picture `from` on is there; what was lost is not waited for. */
  #bufferedAt(from: number, bufferMs: number): number {
    const first = this.#pictures[from];
    if (first === undefined) return Number.POSITIVE_INFINITY;
    let atMs = 0;
    for (let at = from; at < this.#pictures.length; at++) {
      const { ptsMs, readyMs } = this.#picture(at);
      if (readyMs === undefined) continue;
      atMs = Math.max(atMs, readyMs);
      if (ptsMs - first.ptsMs >= bufferMs) return atMs;
    }
    return Number.POSITIVE_INFINITY;
  }

  #nextWhole(from: number): number | undefined {
    for (let at = from; at < this.#pictures.length; at++) {
      if (this.#picture(at).readyMs !== undefined) return at;
    }
    return undefined;
  }

  #picture(at: number): Picture {
    return this.#pictures[at] as Picture;
  }
}
