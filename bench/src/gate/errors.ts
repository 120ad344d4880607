/** How a gate ends when it is not well. */
import { exitCodeOf } from '@longhaul/cli';

/** Exit codes of `longhaul bench gate`. 2 is the command line's own, for arguments and files that cannot be used. */
export const EXIT = { ok: 0, regression: 1, badInput: 2, noValidRuns: 3, notAllowed: 4 } as const;

/** What each end means to who called. */
const CODES = {
  regression: EXIT.regression,
  'bad input': EXIT.badInput,
  'no valid runs': EXIT.noValidRuns,
  'not allowed': EXIT.notAllowed,
} as const;

/** A gate that did not pass. The message is one line; `exitCode` is the program's. */
export class GateError extends Error {
  readonly exitCode: number;

  constructor(
    readonly end: keyof typeof CODES,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'GateError';
    this.exitCode = CODES[end];
  }

  /** What running failed with: a host that allows no namespaces is told apart, since nothing is wrong with the code. */
  static ofRun(error: unknown): unknown {
    const code = (error as { code?: unknown } | undefined)?.code;
    if (code !== 'LH_NETEM_PRIVILEGE') return error;
    const words = error instanceof Error ? error.message : String(error);
    return new GateError('not allowed', `this host allows no emulated links: ${words}`, { cause: error });
  }

  /** What anything else failed with: 1 is for regressions, so that a torn file or a broken host never looks like one. */
  static ofFailure(error: unknown): unknown {
    if (error instanceof GateError || exitCodeOf(error) === EXIT.badInput) return error;
    const words = error instanceof Error ? error.message : String(error);
    if ((error as { code?: unknown } | undefined)?.code === 'LH_CLI_FILE')
      return new GateError('bad input', words, { cause: error });
    return new GateError('no valid runs', `not measured: ${words}`, { cause: error });
  }
}
