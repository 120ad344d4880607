/** The shape of a compliance case. */
import type { Pair, PairOptions } from './pair.js';

/** What a case says of the transport: as in tap. */
export interface Assert {
  ok(value: unknown, message: string): unknown;
  equal(found: unknown, wanted: unknown, message: string): unknown;
}

/** One behaviour that every transport has. */
export interface ComplianceCase {
  /** The behaviour, as a sentence. */
  readonly name: string;
  /** Where the case needs other limits than the default. */
  readonly options?: Partial<PairOptions>;
  run(assert: Assert, pair: Pair, options: PairOptions): Promise<void>;
}
