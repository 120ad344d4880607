/** Codes of errors that decoding reports; docs/errors.md lists them. */
export type WireErrorCode =
  | 'LH_WIRE_TRUNCATED'
  | 'LH_WIRE_TOO_LARGE'
  | 'LH_WIRE_MALFORMED'
  | 'LH_WIRE_RANGE'
  | 'LH_WIRE_UNKNOWN_STREAM';

/**
 * The peer's bytes break a rule of docs/wire.md. Thrown where it is seen; the owner of the stream or of the
 * connection decides what to stop or close. A decoder that threw must not be used again.
 *
 * - `LH_WIRE_TRUNCATED`: the input ended inside a message, header or frame.
 * - `LH_WIRE_TOO_LARGE`: a stated length is over the limit of its type.
 * - `LH_WIRE_MALFORMED`: bytes that no rule allows here.
 * - `LH_WIRE_RANGE`: a number is outside the range of its field.
 * - `LH_WIRE_UNKNOWN_STREAM`: a unidirectional stream of a type that this version does not know.
 */
export class WireError extends Error {
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WireError';
    this.code = code;
  }
}
