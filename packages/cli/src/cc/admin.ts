/** The admin API of a relay, as commands use it. */
import type { LinkCongestion } from '@longhaul/relay';
import { CliError, firstLine } from '../errors.js';

/** One row of the relay's table of parameters. */
export interface KnobRow {
  readonly name: string;
  readonly unit: string;
  readonly default: number;
  /** Defaults of algorithms that have their own. */
  readonly defaults: Readonly<Record<string, number>>;
  readonly min: number;
  readonly max: number;
  readonly algorithms: readonly string[];
  /** When a change shows. */
  readonly applies: string;
  readonly meaning: string;
}

/** What `GET /api/v1/congestion` answers. */
export interface CongestionState {
  readonly algorithms: readonly string[];
  readonly knobs: readonly KnobRow[];
  readonly links: readonly LinkCongestion[];
}

/** Where `longhaul relay` listens for its operators in the examples and in `npm start`. */
export const DEFAULT_ADMIN = 'http://127.0.0.1:8081';

/** Asks the relay at `admin`. */
export function congestion(admin: string): Promise<CongestionState> {
  return call<CongestionState>(admin, 'GET', '/api/v1/congestion');
}

/** Changes the link to `peer`; undefined: as the config says again. Resolves with what holds then. */
export function change(
  admin: string,
  peer: string,
  wanted: { algorithm?: string; knobs?: Record<string, number> } | undefined,
): Promise<LinkCongestion> {
  const path = `/api/v1/links/${encodeURIComponent(peer)}/congestion`;
  return call<LinkCongestion>(admin, wanted === undefined ? 'DELETE' : 'PUT', path, { body: wanted });
}

/** Counters and gauges of the links, as `GET /api/v1/links` tells them. */
export async function links(admin: string): Promise<readonly Record<string, unknown>[]> {
  const { links: rows } = await call<{ links: Record<string, unknown>[] }>(admin, 'GET', '/api/v1/links');
  return rows;
}

/** The origin that `--admin` names. */
export function originOf(admin: string = DEFAULT_ADMIN, option = '--admin'): string {
  const url = URL.canParse(admin) ? new URL(admin) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new CliError('LH_CLI_USAGE', `${option} ${admin}: write http://host:port`);
  return url.origin;
}

/**
 * One request. Rejects with `LH_CLI_CONNECT` without an answer, `LH_CLI_USAGE` for what breaks a rule, `LH_CLI_REFUSED`
 * for what the relay does not do.
 */
export async function call<T>(
  admin: string,
  method: string,
  path: string,
  { body, timeoutMs = TIMEOUT_MS }: { readonly body?: unknown; readonly timeoutMs?: number } = {},
): Promise<T> {
  let response: Response;
  try {
    response = await fetch(new URL(path, admin), {
      method,
      signal: AbortSignal.timeout(timeoutMs),
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
  } catch (cause) {
    const reason = firstLine((cause as Error).cause ?? cause);
    throw new CliError('LH_CLI_CONNECT', `${admin}: ${reason}`, { cause });
  }
  const answer = (await response.json().catch(() => ({}))) as T & { error?: string; message?: string };
  if (response.ok) return answer;
  const words = answer.error ?? answer.message ?? `status ${response.status}`;
  throw new CliError(response.status === 400 ? 'LH_CLI_USAGE' : 'LH_CLI_REFUSED', words);
}

const TIMEOUT_MS = 5_000;
