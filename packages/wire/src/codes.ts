/** Numbers with names that both ends must agree on; docs/wire.md §9 says when each is used. */

/** Why a relay closed the connection. */
export const CloseCode = {
  NO_ERROR: 0x00,
  INTERNAL: 0x01,
  PROTOCOL_VIOLATION: 0x02,
  VERSION: 0x03,
  HELLO_TIMEOUT: 0x04,
  IDENTITY: 0x05,
  LIMIT: 0x06,
  GOING_AWAY: 0x07,
  REPLACED: 0x08,
  UNAUTHORISED: 0x09,
} as const;

/** Why a stream was reset by its sender or stopped by its receiver. */
export const StreamCode = {
  CANCELLED: 0x00,
  INTERNAL: 0x01,
  MALFORMED: 0x02,
  LIMIT: 0x03,
  UNKNOWN_STREAM: 0x04,
  UNKNOWN_SUBSCRIPTION: 0x05,
  UNSUBSCRIBED: 0x06,
  EVICTED: 0x07,
  EXPIRED: 0x08,
  STALE_EPOCH: 0x09,
  DUPLICATE: 0x0a,
} as const;

/** Why a request was refused: RequestError.code. */
export const RequestErrorCode = {
  INTERNAL: 0x01,
  UNSUPPORTED: 0x02,
  MALFORMED: 0x03,
  FORBIDDEN: 0x04,
  NOT_FOUND: 0x05,
  LOOP: 0x06,
  LIMIT: 0x07,
  DUPLICATE: 0x08,
  GOING_AWAY: 0x09,
  UNAVAILABLE: 0x0a,
  EPOCH: 0x0b,
} as const;

/** Why a subscription ended: SubscribeEnd.reason. */
export const EndCode = {
  UNPUBLISHED: 0x01,
  REPLACED: 0x02,
  SOURCE_LOST: 0x03,
  SUPERSEDED: 0x04,
  LIMIT: 0x05,
  INTERNAL: 0x06,
} as const;

/** Why a relay goes away: Goaway.reason. */
export const GoawayReason = { SHUTDOWN: 0x01, RECONFIGURED: 0x02, OVERLOAD: 0x03 } as const;

/** What a track carries: TrackSelector.media and the headers of unidirectional streams. */
export const MediaCode = { video: 1, audio: 2, data: 3 } as const;

/** A number of a code table. */
export type CodeOf<Table extends Readonly<Record<string, number>>> = Table[keyof Table];

/** The name of `code` in `table` for logs, or `0x` and the number in hexadecimal. */
export function nameOf(table: Readonly<Record<string, number>>, code: number): string {
  return Object.keys(table).find((name) => table[name] === code) ?? `0x${code.toString(16)}`;
}
