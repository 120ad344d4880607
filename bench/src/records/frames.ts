/** Frames by column: one number a frame and column. Rows are in the order of `sequence`, which is the order of sending. */

/** Tracks and kinds stand in the columns as their place in these lists. */
export const TRACKS = ['video', 'audio'] as const;
/** One of them. */
export type TrackName = (typeof TRACKS)[number];

/** What depends on a frame: everything up to the next key, what refers to it, nothing; audio frames stand alone. */
export const KINDS = ['key', 'delta', 'discardable', 'audio'] as const;
/** One of them. */
export type FrameKind = (typeof KINDS)[number];

/** All columns have the same length. */
export interface FrameColumns {
  /** 0, 1, 2 ... over both tracks of a broadcast. */
  readonly sequence: readonly number[];
  /** Index into `TRACKS`. */
  readonly track: readonly number[];
  /** Index into `KINDS`. */
  readonly kind: readonly number[];
  /** Presentation time of the media clock, ms. */
  readonly ptsMs: readonly number[];
  /** Payload of the FLV tag as it was sent. */
  readonly bytes: readonly number[];
  /** When the frame was due at the source: time that it waits there to be sent counts as delay. */
  readonly captureUs: readonly number[];
  /** Last byte at the viewer; null: never came. */
  readonly arrivalUs: readonly (number | null)[];
}

/** One row, for code that reads better with names. */
export interface Frame {
  readonly sequence: number;
  readonly track: TrackName;
  readonly kind: FrameKind;
  readonly ptsMs: number;
  readonly bytes: number;
  readonly captureUs: number;
  readonly arrivalUs: number | undefined;
}

/** What the source sent. Same columns and order, with how late each left instead of when it came. */
export interface SentColumns extends Omit<FrameColumns, 'arrivalUs'> {
  /** From `captureUs` to just before the write into the socket. */
  readonly lateUs: readonly number[];
}

/** What a viewer got, in the order it came; each sequence once. */
export interface ReceivedColumns extends Omit<FrameColumns, 'arrivalUs'> {
  readonly arrivalUs: readonly number[];
}

/**
 * The frames that were sent with the time each came. A frame in `received` that was never sent is a RangeError: the two
 * are not of the same run.
 */
export function merge(sent: SentColumns, received: ReceivedColumns): FrameColumns {
  const arrivals = new Map(
    received.sequence.map((sequence, at) => [sequence, received.arrivalUs[at] as number]),
  );
  const arrivalUs = sent.sequence.map((sequence) => arrivals.get(sequence) ?? null);
  const came = arrivalUs.filter((time) => time !== null).length;
  if (came !== arrivals.size) throw new RangeError(`${arrivals.size - came} received frames were never sent`);
  const { lateUs: _, ...columns } = sent;
  return { ...columns, arrivalUs };
}

/** Columns of rows. */
export function fromRows(rows: Iterable<Frame>): FrameColumns {
  const columns = {
    sequence: [] as number[],
    track: [] as number[],
    kind: [] as number[],
    ptsMs: [] as number[],
    bytes: [] as number[],
    captureUs: [] as number[],
    arrivalUs: [] as (number | null)[],
  };
  for (const row of rows) {
    columns.sequence.push(row.sequence);
    columns.track.push(TRACKS.indexOf(row.track));
    columns.kind.push(KINDS.indexOf(row.kind));
    columns.ptsMs.push(row.ptsMs);
    columns.bytes.push(row.bytes);
    columns.captureUs.push(row.captureUs);
    columns.arrivalUs.push(row.arrivalUs ?? null);
  }
  return columns;
}

/** Rows of columns. */
export function* rows(columns: FrameColumns): Generator<Frame> {
  for (let at = 0; at < columns.sequence.length; at++) {
    yield {
      sequence: columns.sequence[at] as number,
      track: TRACKS[columns.track[at] as number] as TrackName,
      kind: KINDS[columns.kind[at] as number] as FrameKind,
      ptsMs: columns.ptsMs[at] as number,
      bytes: columns.bytes[at] as number,
      captureUs: columns.captureUs[at] as number,
      arrivalUs: columns.arrivalUs[at] ?? undefined,
    };
  }
}
