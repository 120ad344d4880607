/** Errors of the command line. Callers match on `code`; docs/errors.md lists every code. */

/** Every code that a `CliError` carries. */
export type CliErrorCode =
  | 'LH_CLI_USAGE'
  | 'LH_CLI_FILE'
  | 'LH_CLI_CERTS'
  | 'LH_CLI_CONNECT'
  | 'LH_CLI_REFUSED'
  | 'LH_CLI_CLOSED'
  | 'LH_CLI_MEDIA'
  | 'LH_CLI_NOTHING'
  | 'LH_CLI_PORT'
  | 'LH_CLI_CHILD';

/**
 * A command cannot do what was asked. The message is one line that says what to change.
 *
 * - `LH_CLI_USAGE`: an argument breaks a rule.
 * - `LH_CLI_FILE`: a file cannot be read or written.
 * - `LH_CLI_CERTS`: a certificate exists already, or the authority cannot sign.
 * - `LH_CLI_CONNECT`: no connection: refused, unknown host, no answer in time.
 * - `LH_CLI_REFUSED`: the server said no; the message carries its code and words.
 * - `LH_CLI_CLOSED`: the server closed a connection that was in use.
 * - `LH_CLI_MEDIA`: what arrived is not FLV or breaks its rules.
 * - `LH_CLI_NOTHING`: connected, but no media came.
 * - `LH_CLI_PORT`: `npm start` needs a port that another program holds.
 * - `LH_CLI_CHILD`: a relay that `npm start` runs ended by itself.
 */
export class CliError extends Error {
  readonly code: CliErrorCode;

  constructor(code: CliErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CliError';
    this.code = code;
  }
}

/** Exit codes of `longhaul`: 0 done, 1 failed, 2 wrong arguments or config, 3 nothing came. */
export const EXIT = { done: 0, failed: 1, usage: 2, nothing: 3 } as const;

/** The exit code for an error that a command rejected with: its own `exitCode`, or what its code means. */
export function exitCodeOf(error: unknown): number {
  const own = (error as { exitCode?: unknown } | undefined)?.exitCode;
  if (typeof own === 'number') return own;
  const code = (error as { code?: unknown } | undefined)?.code;
  if (code === 'LH_CLI_NOTHING') return EXIT.nothing;
  return code === 'LH_CLI_USAGE' || code === 'LH_RELAY_CONFIG' ? EXIT.usage : EXIT.failed;
}

/** `error` as a `CliError`: kept if it is one, else wrapped with `code` and its own first line. */
export function asCliError(error: unknown, code: CliErrorCode): CliError {
  if (error instanceof CliError) return error;
  return new CliError(code, firstLine(error), { cause: error });
}

/** The first line of an error's message; system errors in plain words. */
export function firstLine(error: unknown): string {
  const system = (error as { code?: unknown } | undefined)?.code;
  const words = typeof system === 'string' ? SYSTEM_ERRORS[system] : undefined;
  if (words !== undefined) return words;
  // Node reports a host with several addresses as an AggregateError without a message.
  if (error instanceof AggregateError && error.errors.length > 0) return firstLine(error.errors[0]);
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] || 'unknown error';
}

const SYSTEM_ERRORS: Record<string, string> = {
  ECONNREFUSED: 'connection refused (is anything listening there?)',
  ECONNRESET: 'connection reset by the other side',
  EPIPE: 'connection closed by the other side',
  ETIMEDOUT: 'no answer in time',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'host name cannot be resolved now',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EEXIST: 'a file of that name is in the way',
  EISDIR: 'is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
};
