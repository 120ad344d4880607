/** Runs one probe: connects, listens until told to stop, reports. */
import { monotonicMs, wallClockMs } from '../clock.js';
import type { CliError } from '../errors.js';
import { openSource } from '../media/open.js';
import type { MediaUrl } from '../media/url.js';
import { ProbeMeasure, type ProbeReport } from './measure.js';
import { DEFAULT_PLAYER, type PlayerOptions } from './player-model.js';

/** What to probe. */
export interface ProbeOptions {
  readonly url: MediaUrl;
  readonly player?: PlayerOptions;
  /** Ends the probe in good order. */
  readonly signal: AbortSignal;
  /** Called once with the running measurement, for a live status. */
  readonly onStart?: (measure: ProbeMeasure) => void;
}

/** What came of it. `error`: why the stream ended before the probe did. */
export interface ProbeOutcome {
  readonly report: ProbeReport;
  readonly error: CliError | undefined;
}

/** Resolves when `signal` aborts or the stream ends; never rejects. */
export function probeStream(options: ProbeOptions): Promise<ProbeOutcome> {
  const measure = new ProbeMeasure({
    startMs: monotonicMs(),
    startWallMs: wallClockMs(),
    player: options.player ?? DEFAULT_PLAYER,
  });
  options.onStart?.(measure);
  return new Promise((resolve) => {
    const finish = (error: CliError | undefined) => {
      options.signal.removeEventListener('abort', onAbort);
      source.close();
      resolve({ report: measure.report(monotonicMs()), error });
    };
    const onAbort = () => finish(undefined);
    const source = openSource(options.url, {
      onConnected: () => measure.connected(monotonicMs()),
      onOpen: () => measure.accepted(monotonicMs()),
      onBytes: (count) => measure.received(count, monotonicMs()),
      onTag: (tag) => measure.tag(tag, monotonicMs(), wallClockMs()),
      onEnd: finish,
    });
    options.signal.addEventListener('abort', onAbort);
    if (options.signal.aborted) onAbort();
  });
}
