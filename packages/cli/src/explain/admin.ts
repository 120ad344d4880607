/** What relays tell of delays. */
import type { Explanation, TraceAnswer } from '@longhaul/relay';
import * as Admin from '../cc/admin.js';
import { CliError } from '../errors.js';

/** The last minute of the link or broadcast `name` at the relay. A name with a slash is a broadcast's. */
export async function explanation(admin: string, name: string): Promise<Explanation> {
  const ask = (kind: 'link' | 'broadcast') =>
    Admin.call<Explanation>(admin, 'GET', `/api/v1/explain?${kind}=${encodeURIComponent(name)}`);
  if (name.includes('/')) return ask('broadcast');
  try {
    return await ask('link');
  } catch (error) {
    if (!isRefused(error)) throw error;
    // A stream may be named without its application; what neither knows is told with the names of both.
    return ask('broadcast').catch((other: unknown) => {
      if (!isRefused(other)) throw other;
      throw new CliError('LH_CLI_REFUSED', `${error.message}, and ${other.message}`);
    });
  }
}

/** The frames of a broadcast for some seconds from now on. */
export function trace(admin: string, broadcast: string, seconds: number): Promise<TraceAnswer> {
  const query = `broadcast=${encodeURIComponent(broadcast)}&seconds=${seconds}`;
  return Admin.call<TraceAnswer>(admin, 'GET', `/api/v1/trace?${query}`, {
    timeoutMs: seconds * 1_000 + TRACE_SPARE_MS,
  });
}

function isRefused(error: unknown): error is CliError {
  return error instanceof CliError && error.code === 'LH_CLI_REFUSED';
}

/** For the tail of a trace and for the answer, which has some MB. */
const TRACE_SPARE_MS = 20_000;
