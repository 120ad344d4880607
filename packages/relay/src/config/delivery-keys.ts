/** Keys of what a link does with media that cannot leave at once. */
import * as Key from './keys.js';

/** See the doc of each key. */
export const DELIVERY = Key.section(
  'Media that cannot leave at once: what goes first, what is dropped. A change takes effect on open links at once',
  {
    maxUnsentMs: Key.whole({
      doc: 'Links over QUIC: as much is handed to the transport as leaves in this time, the rest waits where it can still be reordered and dropped. 0: whatever the streams take (256 KiB each); then nothing expires',
      unit: 'ms',
      default: 20,
      max: 1_000,
      reload: true,
    }),
    expiry: Key.flag({
      doc: 'Drop video that is too late for the relay that asked for it. Audio and init data are never dropped',
      default: true,
      reload: true,
    }),
    latencyBudgetMs: Key.whole({
      doc: 'What this relay asks for with its subscriptions: how long a frame may wait for the link and still be of use, the way across not counted. Late pictures are sent until the next key frame has waited half of it, then what is left of the group gives way; four times as late (at most 8 s) it does without one, unless the link is catching up. Pictures that nothing refers to are dropped at a quarter of it. 0: for ever',
      unit: 'ms',
      default: 1_500,
      max: 60_000,
      reload: true,
    }),
  },
);
