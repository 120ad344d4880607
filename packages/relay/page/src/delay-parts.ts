/** The parts of a delay as the page draws them. Pure. */

/** In the order in which a frame passes them, with what they are called. */
export const parts = [
  ['before', 'before it came here'],
  ['queue', 'send queue'],
  ['pacing', 'pacing'],
  ['flight', 'flight'],
  ['transfer', 'its own bytes'],
  ['recovery', 'lost packets'],
  ['merge', 'merge'],
  ['jitter', 'jitter buffer'],
  ['egress', 'egress'],
] as const;

/** Name of a part. */
export type Part = (typeof parts)[number][0];

/** Milliseconds of each part. */
export type PartTimes = Readonly<Record<Part, number>>;

/** The frames of a second, or at a quantile. */
export interface Second {
  readonly frames: number;
  readonly worstMs: number;
  readonly parts: PartTimes;
}

/** One way in or out of the relay. */
export interface Way {
  readonly direction: 'published' | 'received' | 'sent';
  readonly peer?: string;
  readonly sentence: string;
  readonly p50: { readonly totalMs: number; readonly parts: PartTimes };
  readonly p95: { readonly totalMs: number; readonly parts: PartTimes };
  readonly p99: { readonly totalMs: number; readonly parts: PartTimes };
  readonly worstMs: number;
  readonly seconds: readonly Second[];
}

/** What the relay says of a link or a broadcast. */
export interface Explanation {
  readonly subject: { readonly kind: 'link' | 'broadcast'; readonly name: string };
  readonly ways: readonly Way[];
  readonly mechanisms: readonly string[];
  readonly advice: readonly string[];
}

/** Checks the parts without which nothing can be drawn. */
export function parseExplanation(value: unknown): Explanation {
  const explanation = value as Partial<Explanation> | null;
  if (
    typeof explanation !== 'object' ||
    explanation === null ||
    !Array.isArray(explanation.ways) ||
    !Array.isArray(explanation.mechanisms) ||
    !Array.isArray(explanation.advice)
  ) {
    throw new TypeError('explain.json is not of the shape this page knows: reload it');
  }
  return explanation as Explanation;
}

/** Parts that are seen in a way, in the order of `parts`: at least half a millisecond at p99, or on average in a second. */
export function shown({ p99, seconds }: Way): Part[] {
  return parts
    .map(([part]) => part)
    .filter((part) => p99.parts[part] >= leastMs || seconds.some(({ parts: each }) => each[part] >= leastMs));
}

const leastMs = 0.5;

/** The sums of each part and those before it, second by second; `null` draws a gap where no frame came. */
export function stacked(seconds: readonly Second[], wanted: readonly Part[]): (number | null)[][] {
  return wanted.map((_, at) =>
    seconds.map(({ frames, parts: each }) => {
      if (frames === 0) return null;
      return wanted.slice(0, at + 1).reduce((sum, part) => sum + each[part], 0);
    }),
  );
}
