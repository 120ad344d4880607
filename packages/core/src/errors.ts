/** Codes of the errors that `core` throws; docs/errors.md lists them. */
export type CoreErrorCode =
  /** A broadcast path or one of its segments breaks the naming rule. */
  | 'LH_CORE_PATH_INVALID'
  /** The path has a local publisher already. */
  | 'LH_CORE_BROADCAST_IN_USE'
  /** A broadcast would have more tracks than its limits allow. */
  | 'LH_CORE_TRACK_LIMIT'
  /** A broadcast that has ended was asked for something new. */
  | 'LH_CORE_BROADCAST_ENDED';

/** Something asked of the core cannot be done. Callers match on `code`. */
export class CoreError extends Error {
  readonly code: CoreErrorCode;

  constructor(code: CoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CoreError';
    this.code = code;
  }
}
