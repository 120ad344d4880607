/** Which runs may be compared: one that the machine disturbed is repeated, and counted. */
import type { Validity } from '../records/index.js';
import type { LinkAudit } from './link.js';
import type { TuningResult } from './tcp-tuning.js';

/** What a run is judged by. */
export interface Evidence {
  /** Undefined when the run broke before the link could tell. */
  readonly audit: LinkAudit | undefined;
  /** Share of one core, by process. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly tuning: readonly TuningResult[];
  /** Reasons that were found while it ran or while its records were joined. */
  readonly reasons: readonly string[];
}

/** From here on a process may have been what was measured. */
export const MOST_CPU_SHARE = 0.8;

/** Valid, or every reason why not. */
export function judge({ audit, cpu, tuning, reasons }: Evidence): Validity {
  const found = [...reasons];
  if (audit === undefined) found.push('the link told nothing');
  else if (audit.verdict.state === 'invalid')
    found.push(...audit.verdict.reasons.map((reason) => `link: ${reason}`));
  else if (audit.verdict.state === 'unjudged') found.push(`link: ${audit.verdict.reason}`);
  for (const [name, share] of Object.entries(cpu)) {
    if (share >= MOST_CPU_SHARE)
      found.push(`the ${name} process used ${Math.round(share * 100)} % of a core`);
  }
  for (const refused of new Set(tuning.flatMap((result) => result.refused)))
    found.push(`the kernel did not take ${refused}`);
  return found.length === 0 ? { state: 'valid' } : { state: 'invalid', reasons: found };
}
