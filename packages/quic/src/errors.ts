/** Codes of errors about how this package is used; docs/errors.md lists them. What befalls a connection is a `TransportError`. */
export type QuicErrorCode =
  | 'LH_QUIC_ADDON'
  | 'LH_QUIC_ARGUMENT'
  | 'LH_QUIC_IDENTITY'
  | 'LH_QUIC_NATIVE'
  | 'LH_QUIC_TCP'
  | 'LH_QUIC_TCP_REFUSED'
  | 'LH_QUIC_TCP_UNKNOWN';

/** The addon, an identity or an argument cannot be used. */
export class QuicError extends Error {
  readonly code: QuicErrorCode;

  constructor(code: QuicErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'QuicError';
    this.code = code;
  }
}
