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
  /** From one pass to the next, ms; not always whole, so that no error adds up over passes. */
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
   * The shortest period in which every track keeps at least its own mean frame step over the seam, and the stream as a
   * whole does not go back in time. Undefined when there was no media.
   */
  plan(): LoopPlan | undefined {
    const spans = [...this.#spans.values()];
    if (spans.length === 0) return undefined;
    const startMs = Math.min(...spans.map((span) => span.first));
    const endMs = Math.max(...spans.map((span) => span.last));
    const periodMs = Math.max(
      endMs - startMs,
      ...spans.map((span) => span.last - span.first + meanStepMs(span)),
    );
    return { startMs, periodMs };
  }
}

/** The time of a tag at `time` in pass `pass` (0, 1, 2 ...), ms. Tags before the first media (headers) count as at its time from pass 1 on. */
export function loopTime(plan: LoopPlan, pass: number, time: number): number {
  if (pass === 0) return time;
  return Math.max(time, plan.startMs) + Math.round(pass * plan.periodMs);
}

function meanStepMs(span: Span): number {
  // One frame alone tells no step.
  if (span.count < 2 || span.last === span.first) return DEFAULT_STEP_MS;
  return Math.max(1, (span.last - span.first) / (span.count - 1));
}

const DEFAULT_STEP_MS = 40; // 25 pictures a second
