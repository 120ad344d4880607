/** Classes of links, by what they do to media: figures of one class may be put together. */

/**
 * `clean`: under 1 % loss. `lossy`: 1 to 10 %. `congested`: more than 10 %, or a rate that changes all the time (a trace).
 */
export type LinkClass = 'clean' | 'lossy' | 'congested';

/** In the order of tables. */
export const LINK_CLASSES: readonly LinkClass[] = ['clean', 'lossy', 'congested'];

/** What of a link in plan.json is read here. */
interface PlannedLink {
  readonly rttMs?: unknown;
  readonly forward?: {
    readonly loss?: { readonly kind?: unknown; readonly share?: unknown };
    readonly bottleneck?: { readonly kind?: unknown };
  };
}

/** Share of packets that the media direction loses; 0 for a link that plan.json does not describe so. */
export function lossShareOf(link: unknown): number {
  const share = (link as PlannedLink | undefined)?.forward?.loss?.share;
  return typeof share === 'number' ? share : 0;
}

/** Round trip without queueing, ms; undefined where plan.json does not tell. */
export function rttMsOf(link: unknown): number | undefined {
  const rttMs = (link as PlannedLink | undefined)?.rttMs;
  return typeof rttMs === 'number' ? rttMs : undefined;
}

/** The class of a link as plan.json has it. */
export function classOf(link: unknown): LinkClass {
  const share = lossShareOf(link);
  if (share > MOST_LOSSY || (link as PlannedLink | undefined)?.forward?.bottleneck?.kind === 'trace')
    return 'congested';
  return share >= LEAST_LOSSY ? 'lossy' : 'clean';
}

const LEAST_LOSSY = 0.01;
const MOST_LOSSY = 0.1;
