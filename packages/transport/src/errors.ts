/** Codes of errors that a transport reports; docs/errors.md lists them. */
export type TransportErrorCode =
  | 'LH_TRANSPORT_TIMEOUT'
  | 'LH_TRANSPORT_REFUSED'
  | 'LH_TRANSPORT_TLS'
  | 'LH_TRANSPORT_PROTOCOL'
  | 'LH_TRANSPORT_IO'
  | 'LH_TRANSPORT_INTERNAL';

/** A connection could not be made or was lost. */
export class TransportError extends Error {
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TransportError';
    this.code = code;
  }
}
