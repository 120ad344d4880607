/** Errors of the relay. Callers match on `code`; docs/errors.md lists every code. */

/** Every code that a `RelayError` carries. */
export type RelayErrorCode =
  | 'LH_RELAY_CONFIG'
  | 'LH_RELAY_LISTEN'
  | 'LH_RELAY_NAME'
  | 'LH_RELAY_VIEW'
  | 'LH_RELAY_IDENTITY'
  | 'LH_RELAY_STOPPED';

/**
 * The relay cannot do what was asked.
 *
 * - `LH_RELAY_CONFIG`: a setting breaks a rule; the message is one line with file, line, rule and remedy.
 * - `LH_RELAY_LISTEN`: an address cannot be bound.
 * - `LH_RELAY_NAME`: an RTMP or HTTP address does not name a broadcast.
 * - `LH_RELAY_VIEW`: the address of a viewer asks for what is out of bounds.
 * - `LH_RELAY_IDENTITY`: the certificate of the links cannot be read or is for another name.
 * - `LH_RELAY_STOPPED`: the relay has been drained.
 */
export class RelayError extends Error {
  readonly code: RelayErrorCode;

  constructor(code: RelayErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RelayError';
    this.code = code;
  }
}
