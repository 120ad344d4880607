/** How connections end. */
import { type CloseInfo, TransportError } from '@longhaul/transport';
import type { NativeClose } from './native.generated.js';
import * as Native from './native.js';

/** How a connection ended, from the addon's report. */
export function info(native: NativeClose | null): CloseInfo {
  if (native?.by === 'local' || native?.by === 'peer') {
    return { by: native.by, code: native.code, reason: native.reason };
  }
  const error = Native.toTransportError(native?.errorCode, native?.message ?? 'the connection is over');
  return { by: 'transport', error };
}

/** Why dialling failed: the connection ended before it could be used. */
export function dialError(closed: CloseInfo): TransportError {
  if (closed.by === 'transport') return closed.error;
  const who = closed.by === 'peer' ? 'the peer' : 'this end';
  return new TransportError(
    'LH_TRANSPORT_REFUSED',
    `${who} closed the connection: ${closed.code} ${closed.reason}`,
  );
}
