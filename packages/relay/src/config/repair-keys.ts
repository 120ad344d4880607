/** Keys of repair on links over QUIC. */
import * as Key from './keys.js';

/** What may be spent on sending again, as a code, what was lost once. */
export const REPAIR = Key.section(
  'Repair of what links over QUIC lose, by symbols of an erasure code (docs/wire.md section 6); a change takes effect on open links at once',
  {
    maxShare: Key.share({
      doc: 'Most that is spent on it, as a share of the media bytes sent; how much really follows the loss that is measured. 0: nothing is sent',
      default: 0.15,
      reload: true,
    }),
    ahead: Key.flag({
      doc: 'Audio and key frames are protected before anything of them is lost, where more than 0.5 % of the packets are; false: symbols follow losses only',
      default: false,
      reload: true,
    }),
  },
);
