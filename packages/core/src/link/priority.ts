/**
 * Priorities of the streams of a link; higher goes first (docs/wire.md §7).
 *
 * Each class has a band of 2^24 below its top. Requests and init data stand at the top of theirs. A group stands as far
 * below the top of its media's band as it has newer groups of its own track that are being sent: the newest group of a
 * track always stands at the top, so all broadcasts of a link share it evenly however long their groups are and however
 * high their numbers. A stream's priority is therefore only ever lowered, which takes effect at once in the engine.
 */
import type { TrackMedia } from '../frame.js';

const BAND = 2 ** 24;

/** Bidirectional request streams. */
export const CONTROL = 5 * BAND;

/** Track streams: init data. */
export const INIT = 4 * BAND;

/** The group that a subscriber starts at, while it is the newest: its key frame goes before the audio cached beside it. */
export const LEAD = 3.5 * BAND;

/** A group that has `behind` newer groups of its track before it. Always above 0 and within 31 bits. */
export function ofGroup(media: TrackMedia, behind: number): number {
  return TOP[media] - Math.min(behind, BAND - 1);
}

const TOP: Readonly<Record<TrackMedia, number>> = { audio: 3 * BAND, data: 2 * BAND, video: BAND };
