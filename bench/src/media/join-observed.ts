/** One run of an encoder without stamps, from a viewer at each end of the hop. */
import type { FrameColumns } from '../records/index.js';
import type { JoinedRun } from './join.js';
import type { ReceivedRecord } from './receiver.js';

/** The two viewers, both with `identify: 'content'`. */
export interface Observed {
  /** Watches where the encoder publishes. It has to be there before the viewer at the receiver. */
  readonly atSender: ReceivedRecord | undefined;
  readonly atReceiver: ReceivedRecord | undefined;
}

/**
 * Frames of the viewer at the sender, their arrival there taken for their capture, with the arrival of the same content
 * at the receiver. Of frames with equal content the first at one end is the first at the other.
 */
export function joinObserved({ atSender, atReceiver }: Observed): JoinedRun {
  const session = atReceiver?.session;
  const [sent, came] = [atSender?.identities, atReceiver?.identities];
  if (atSender === undefined || sent === undefined) {
    return { session, frames: undefined, invalid: ['nothing was seen at the sender'] };
  }
  if (atReceiver === undefined) return { session, frames: undefined, invalid: ['the viewer left no record'] };
  const arrivals = new Map<string, number[]>();
  for (const [at, identity] of (came ?? []).entries()) {
    const arrivalUs = atReceiver.frames.arrivalUs[at] as number;
    const same = arrivals.get(identity);
    if (same === undefined) arrivals.set(identity, [arrivalUs]);
    else same.push(arrivalUs);
  }
  // A viewer gets the newest group first: what was there before its time is not what it lacks.
  const arrivalUs = sent.map((identity) => arrivals.get(identity)?.shift() ?? null);
  const strangers = [...arrivals.values()].reduce((sum, left) => sum + left.length, 0);
  const frames: FrameColumns = { ...atSender.frames, arrivalUs };
  const invalid = strangers === 0 ? [] : [`${strangers} frames came that were not seen at the sender`];
  return { session, frames, invalid };
}
