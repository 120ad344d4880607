/** Keys of how a link begins. */
import * as Key from './keys.js';

/** What a link that is dialled again need not wait for. */
export const FAST_START = Key.section('How a link over QUIC begins', {
  earlyData: Key.flag({
    doc: 'A peer that was linked before is sent its greeting and our subscriptions with the first packet (0-RTT); false: after the handshake, one round trip later',
    default: false,
    reload: true,
  }),
  warmUp: Key.flag({
    doc: 'A link that has carried nothing yet carries up to 140 kB of padding once there is a broadcast that the peer may ask for, so that the first key frame need not wait for the window to grow; only where the round trip is 30 ms and more, under congestion control, and it gives way to media. A change counts from the next announcement on',
    default: true,
    reload: true,
  }),
  sessionFile: Key.text({
    doc: 'File of this relay alone for what lets peers that dial it come back without a round trip after it restarts: TLS sessions and the key of address tokens, see [operations.md](operations.md); absent: they are forgotten',
    rule: 'must be a path',
    fix: 'write sessionFile: /var/lib/longhaul/sessions',
  }),
});

/** Feedback about the last packets before a pause. */
export const TAIL_CARE = Key.flag({
  doc: 'The last packets before a pause are followed by three tiny ones, where packets get lost and the round trip is over 30 ms: a lost tail then costs a round trip and a half instead of a probe time-out',
  default: true,
  reload: true,
});
