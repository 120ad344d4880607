/** Set Peer Bandwidth (6), RTMP 1.0 §5.4.5: how much its receiver may have sent and not acknowledged. */
import { writeUint32 } from '../../big-endian.js';
import { controlValue } from './control-value.js';

/** How the window combines with the one in force. */
export const LimitType = { HARD: 0, SOFT: 1, DYNAMIC: 2 } as const;

/** What the message says. */
export interface PeerBandwidth {
  readonly windowBytes: number;
  /** One of {@link LimitType}. */
  readonly limitType: number;
}

/** @throws RtmpProtocolError `LH_RTMP_CONTROL` */
export function decode(payload: Uint8Array): PeerBandwidth {
  const windowBytes = controlValue(payload, 'Set Peer Bandwidth', 5);
  return { windowBytes, limitType: payload[4] as number };
}

/** The payload. */
export function encode({ windowBytes, limitType }: PeerBandwidth): Uint8Array {
  const payload = new Uint8Array(5);
  writeUint32(payload, 0, windowBytes);
  payload[4] = limitType;
  return payload;
}
