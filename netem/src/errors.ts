/** Errors of emulated links. Callers match on `code`; docs/errors.md lists every code. */

/** Every code that a `NetemError` carries. */
export type NetemErrorCode =
  | 'LH_NETEM_PROFILE'
  | 'LH_NETEM_PRIVILEGE'
  | 'LH_NETEM_PROGRAM'
  | 'LH_NETEM_ROUTER'
  | 'LH_NETEM_BACKEND'
  | 'LH_NETEM_USAGE'
  | 'LH_NETEM_NAME';

/**
 * A link cannot be had as asked. The message is one line that says what to change.
 *
 * - `LH_NETEM_PROFILE`: no such profile, or its file breaks a rule (`FILE:LINE: rule`).
 * - `LH_NETEM_PRIVILEGE`: network namespaces are not allowed here.
 * - `LH_NETEM_PROGRAM`: a program that is needed is missing: `ip`, `tc`, or the router of this package.
 * - `LH_NETEM_ROUTER`: the process between the two ends failed or ended.
 * - `LH_NETEM_BACKEND`: this kernel or this profile cannot be served by the backend that was asked for.
 * - `LH_NETEM_USAGE`: an argument breaks a rule.
 * - `LH_NETEM_NAME`: a named link is up already, or none of that name is.
 */
export class NetemError extends Error {
  readonly code: NetemErrorCode;
  /** What a command line ends with: 2 for what was asked wrongly, as longhaul has it. */
  readonly exitCode: number;

  constructor(code: NetemErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NetemError';
    this.code = code;
    this.exitCode = ASKED_WRONGLY.has(code) ? 2 : 1;
  }
}

const ASKED_WRONGLY: ReadonlySet<NetemErrorCode> = new Set([
  'LH_NETEM_PROFILE',
  'LH_NETEM_USAGE',
  'LH_NETEM_NAME',
]);
