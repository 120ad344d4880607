/** The log: pino, pretty on a terminal, and a limiter so that what repeats never floods it. */
import { type DestinationStream, type Logger, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';

export type { Logger } from 'pino';

/** Where lines go and how they look. */
export interface LogOptions {
  readonly level: string;
  /** `auto`: pretty when standard output is a terminal. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** Standard output when absent. */
  readonly destination?: DestinationStream;
}

/** Makes the logger of one relay; every line names the relay. */
export function createLog(relayId: string, options: LogOptions): Logger {
  const pretty = options.format === 'pretty' || (options.format === 'auto' && process.stdout.isTTY === true);
  const destination =
    options.destination ??
    (pretty ? PinoPretty({ ignore: 'pid,hostname', sync: true }) : pino.destination({ fd: 1, sync: true }));
  return pino({ level: options.level, base: { relay: relayId } }, destination);
}

const ONE_A_SECOND_MS = 1_000;

/** Writes at most one warning a second of each kind and says how many it left out. */
export class WarningLimiter {
  readonly #log: Logger;
  readonly #kinds = new Map<string, { lastMs: number; leftOut: number }>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** `kind` is a literal, never made of input: the limiter remembers each. */
  warn(kind: string, details: object, message: string, nowMs: number): void {
    const seen = this.#kinds.get(kind);
    if (seen !== undefined && nowMs - seen.lastMs < ONE_A_SECOND_MS) {
      seen.leftOut += 1;
      return;
    }
    const leftOut = seen?.leftOut ?? 0;
    this.#log.warn(leftOut === 0 ? details : { ...details, leftOut }, message);
    this.#kinds.set(kind, { lastMs: nowMs, leftOut: 0 });
  }
}
