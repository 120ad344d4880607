/** What a fuzz target is, and how it says that something is wrong. */
import type { Random } from '@longhaul/testkit';

/** A hostile input with a name: run before the mutations, and by the tests. */
export interface FuzzCase {
  readonly name: string;
  readonly input: Uint8Array;
}

/** Something that takes bytes of strangers. An input is one byte array whatever it drives, so that any can be kept, cut and mutated. */
export interface FuzzTarget {
  readonly name: string;
  /** Valid inputs: what mutations begin with. */
  readonly seeds: readonly Uint8Array[];
  /** Inputs that broke others, or are the worst that can be thought of. */
  readonly cases: readonly FuzzCase[];
  /** Writes an input that knows the format better than a mutation of bytes; used for half of the inputs. */
  readonly generate?: (random: Random) => Uint8Array;
  /**
   * Feeds one input. Returns what came of it: `ok`, or the code of the error that its peer's fault is. Throws anything
   * else it sees, a `Broken` for an invariant that does not hold.
   */
  run(input: Uint8Array): string;
}

/** An invariant that an input broke. */
export class Broken extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Broken';
  }
}

/** The code of `error` when it begins with one of `prefixes`; throws `error` when it does not: then it is a finding. */
export function expectedCode(error: unknown, ...prefixes: readonly string[]): string {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  if (typeof code === 'string' && prefixes.some((prefix) => code.startsWith(prefix))) return code;
  throw error;
}
