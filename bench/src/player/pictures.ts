/** The pictures a player has to show, in the order of showing, and since when it could. */
import { type FrameColumns, type FrameKind, rows, type Session } from '../records/index.js';

/** One picture. Times in ms since the viewer's connect call. */
export interface Picture {
  readonly kind: FrameKind;
  readonly ptsMs: number;
  readonly captureMs: number;
  /** It and everything it refers to is complete. Undefined: never, since it or something it refers to was lost. */
  readonly readyMs: number | undefined;
}

/** What the model plays. */
export interface Showing {
  /** From the first key frame that came; lost pictures that nothing refers to are left out. */
  readonly pictures: readonly Picture[];
  /** Those left out. */
  readonly discarded: number;
}

/** The video of a record as pictures. */
export function picturesOf(frames: FrameColumns, session: Pick<Session, 'connectStartUs'>): Showing {
  const ms = (us: number) => (us - session.connectStartUs) / 1e3;
  const pictures: Picture[] = [];
  let discarded = 0;
  // When the references of the current group are complete; undefined when one was lost. None before the first key frame.
  let group: { readonly readyMs: number | undefined } | undefined;
  for (const { track, kind, ptsMs, captureUs, arrivalUs } of rows(frames)) {
    if (track !== 'video') continue;
    const arrivalMs = arrivalUs === undefined ? undefined : ms(arrivalUs);
    if (group === undefined && (kind !== 'key' || arrivalMs === undefined)) continue;
    const references: number | undefined = kind === 'key' ? 0 : group?.readyMs;
    const isWhole = arrivalMs !== undefined && references !== undefined;
    const readyMs = isWhole ? Math.max(arrivalMs, references) : undefined;
    if (kind !== 'discardable') group = { readyMs };
    else if (arrivalMs === undefined) {
      discarded++;
      continue;
    }
    pictures.push({ kind, ptsMs, captureMs: ms(captureUs), readyMs });
  }
  pictures.sort((one, other) => one.ptsMs - other.ptsMs);
  return { pictures, discarded };
}
