/** `--duration` of several commands. */
import { CliError } from '../errors.js';

const MAX_SECONDS = 2_000_000; // timers end at 2^31 ms

/** Seconds from the command line as ms; undefined stays so. Throws `LH_CLI_USAGE`. */
export function parseDuration(seconds: number | undefined): number | undefined {
  if (seconds === undefined) return undefined;
  if (seconds > 0 && seconds <= MAX_SECONDS) return seconds * 1000;
  throw new CliError('LH_CLI_USAGE', `--duration ${seconds}: write seconds from above 0 to ${MAX_SECONDS}`);
}
