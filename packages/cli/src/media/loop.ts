/** Where the second pass over a clip begins: the arithmetic of `publish --loop`. Pure. */

/** What a loop is planned from: the media tags of a clip, each with its track and unwrapped time in ms. */
export interface LoopTag {
  readonly track: string;
  readonly time: number;
}

/** How a clip repeats. */
export interface LoopPlan {
  /** Earliest media time in the clip, ms. */
  readonly startMs: number;
  /** From one pass to the next, whole ms. At least half the clip's length, so no more than two passes overlap. */
  readonly periodMs: number;
}

interface Span {
  first: number;
  last: number;
  count: number;
}

/** Gathers the tags of one pass over a clip; `plan()` then says when the next pass begins. */
export class LoopPlanner {
  readonly #spans = new Map<string, Span>();

  add(tag: LoopTag): void {
    const span = this.#spans.get(tag.track);
    if (span === undefined) {
      this.#spans.set(tag.track, { first: tag.time, last: tag.time, count: 1 });
      return;
    }
    span.first = Math.min(span.first, tag.time);
    span.last = Math.max(span.last, tag.time);
    span.count++;
  }

  /**
   * The shortest period in which every track keeps at least its own mean frame step over the seam. Tracks do not all
   * begin and end together, so the next pass may begin before the last tags of this one: by less than `MAX_OVERLAP_MS`.
   * Undefined when there was no media.
   */
  plan(): LoopPlan | undefined {
    const spans = [...this.#spans.values()];
    if (spans.length === 0) return undefined;
    const startMs = Math.min(...spans.map((span) => span.first));
    const lengthMs = Math.max(...spans.map((span) => span.last)) - startMs;
    const trackMs = Math.max(...spans.map((span) => span.last - span.first + meanStepMs(span)));
    const periodMs = Math.ceil(Math.max(Math.round(trackMs), lengthMs - MAX_OVERLAP_MS, lengthMs / 2));
    return { startMs, periodMs };
  }
}

/** The time of a tag at `time` in pass `pass` (0, 1, 2 ...), ms. Tags before the first media (headers) count as at its time from pass 1 on. */
export function loopTime(plan: LoopPlan, pass: number, time: number): number {
  if (pass === 0) return time;
  return Math.max(time, plan.startMs) + pass * plan.periodMs;
}

/**
 * Brings the passes of a loop into one order: tags of a pass that belong after the beginning of the next are held until
 * their turn among its tags.
 */
export class LoopMerge<T extends { readonly timeMs: number }> {
  readonly #plan: LoopPlan;
  #pass = 0;
  /** Of this pass, for the next. */
  #held: T[] = [];
  /** Of the pass before, ascending. */
  #late: T[] = [];

  constructor(plan: LoopPlan) {
    this.#plan = plan;
  }

  /** One pass is over: its held tags take their turn among those of the next. */
  nextPass(): void {
    this.#pass++;
    // Stable: tags of one track, whose times grow, stay in order.
    this.#late = this.#held.sort((a, b) => a.timeMs - b.timeMs);
    this.#held = [];
  }

  /** The tags whose turn has come with `tag`, the next one of this pass. */
  push(tag: T): T[] {
    const due = this.#late.filter((late) => late.timeMs <= tag.timeMs);
    this.#late.splice(0, due.length);
    if (tag.timeMs < loopTime(this.#plan, this.#pass + 1, this.#plan.startMs)) due.push(tag);
    else this.#held.push(tag);
    return due;
  }
}

function meanStepMs(span: Span): number {
  // One frame alone tells no step.
  if (span.count < 2 || span.last === span.first) return DEFAULT_STEP_MS;
  return Math.max(1, (span.last - span.first) / (span.count - 1));
}

const DEFAULT_STEP_MS = 40; // 25 pictures a second
const MAX_OVERLAP_MS = 1_000;
