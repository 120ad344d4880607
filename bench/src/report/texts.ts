/** Nested values as rows of text: profiles with their sources, settings of arms. */
import type { ProfileText } from './model.js';

/** A link as the plan keeps it: what the emulator resolved from its profile. */
interface ResolvedLink {
  readonly summary?: string;
  readonly rttMs?: number;
  readonly forward?: { readonly oneWayMs?: number };
  readonly origins?: Readonly<Record<string, { readonly source?: string; readonly derived?: string }>>;
}

/** What the page says of a link. `link` is undefined for a profile that the plan does not describe. */
export function profileText(
  name: string,
  value: unknown,
  measured: { oneWayMs: number; rttMs: number },
): ProfileText {
  const link = (value ?? {}) as ResolvedLink;
  const { origins = {}, summary = '', ...rest } = link;
  const fields = flatten(rest)
    .filter(([field]) => field !== 'name')
    .map(([field, text]) => ({ field, value: text, source: originOf(field, origins) }));
  const { oneWayMs, rttMs } = measured;
  return { name, summary, oneWayMs: link.forward?.oneWayMs ?? oneWayMs, rttMs: link.rttMs ?? rttMs, fields };
}

/** `{tcp: {cork: true}}` as `tcp.cork` -> `true`. Lists of plain values stay one text; long ones are cut. */
export function flatten(value: unknown, prefix = ''): [string, string][] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return [[prefix, listText(value)]];
  if (typeof value !== 'object' || value === null) return [[prefix, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    flatten(inner, prefix === '' ? key : `${prefix}.${key}`),
  );
}

/** The origin of a field, or of the part of the profile that it stands in. */
function originOf(field: string, origins: NonNullable<ResolvedLink['origins']>): string {
  for (let place = field; place !== ''; place = place.slice(0, Math.max(0, place.lastIndexOf('.')))) {
    const origin = origins[place];
    if (origin?.source !== undefined) return origin.source;
    if (origin?.derived !== undefined) return `derived: ${origin.derived}`;
  }
  return '';
}

function listText(values: readonly unknown[]): string {
  const shown = values
    .slice(0, LONGEST_LIST)
    .map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)));
  return values.length > LONGEST_LIST ? `${shown.join(', ')} ... (${values.length})` : shown.join(', ');
}

const LONGEST_LIST = 12;
