/** How a viewer follows the live edge: what its address asks for, within bounds, else what the config says. */
import type { ViewerOptions } from '@longhaul/core';
import { RelayError } from '../errors.js';

/** What viewers get that ask for nothing; see the keys `egress.*`. */
export interface LiveEdgeDefaults {
  /** `key`: at the newest key frame; `near`: there if it is near enough; `live`: at the next one. */
  readonly start: Start;
  /** 0: none. */
  readonly latencyMs: number;
  readonly burstMs: number;
  /** Whether an address may ask for something else. */
  readonly fromUrl: boolean;
  /** Most that `latency` and `burst` may say, ms: as far as a viewer may lag. */
  readonly mostMs: number;
}

/** Words for where to start. */
export const STARTS = ['key', 'near', 'live'] as const;
/** One of them. */
export type Start = (typeof STARTS)[number];

/** Lower targets are met by nothing that goes over a network. */
const LEAST_LATENCY_MS = 50;

/**
 * The wish of an address: `?latency=MS` (0: none), `?start=key|near|live`, `?burst=MS`. Who names a latency and no start
 * starts `near`. Other names are left to others. Throws `LH_RELAY_VIEW`.
 */
export function parse(query: URLSearchParams, defaults: LiveEdgeDefaults): ViewerOptions {
  const { fromUrl, mostMs } = defaults;
  const asked = fromUrl ? query : new URLSearchParams();
  const latencyMs = milliseconds(asked, 'latency', { leastMs: LEAST_LATENCY_MS, mostMs });
  const burstMs = milliseconds(asked, 'burst', { leastMs: 0, mostMs }) ?? Math.min(defaults.burstMs, mostMs);
  const start = word(asked, 'start') ?? (latencyMs ? 'near' : defaults.start);
  const target = latencyMs ?? Math.min(defaults.latencyMs, mostMs);
  return {
    start: start === 'key' ? 'newest' : start,
    burstMs,
    ...(target > 0 && { latencyMs: target }),
  };
}

function milliseconds(
  query: URLSearchParams,
  name: string,
  { leastMs, mostMs }: { readonly leastMs: number; readonly mostMs: number },
): number | undefined {
  const text = one(query, name);
  if (text === undefined) return undefined;
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (value === 0 || (value >= leastMs && value <= mostMs)) return value;
  const rule = leastMs > 0 ? `must be 0 or ${leastMs} to ${mostMs}` : `must be 0 to ${mostMs}`;
  throw refusal(name, `${rule} milliseconds`);
}

function word(query: URLSearchParams, name: string): Start | undefined {
  const text = one(query, name);
  if (text === undefined) return undefined;
  const start = STARTS.find((each) => each === text);
  if (start === undefined) throw refusal(name, `must be ${STARTS.join(', ')}`);
  return start;
}

function one(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  if (values.length > 1) throw refusal(name, 'must be given once');
  return values[0];
}

function refusal(name: string, rule: string): RelayError {
  return new RelayError('LH_RELAY_VIEW', `?${name}= ${rule}`);
}
