/** The last minutes of a link as the plots draw them: gauges as they came, counters turned into rates. Pure. */
import type { LinkFigures } from './figures.js';

/** One point of the plots. `null` draws a gap. */
export interface Sample {
  /** Unix seconds of the viewer's clock: the plots' axis. */
  readonly atSeconds: number;
  readonly rttMs: number | null;
  readonly inBps: number | null;
  readonly outBps: number | null;
  /** Packets lost per hundred sent since the sample before. */
  readonly lossPercent: number | null;
  readonly cwndBytes: number | null;
  readonly inFlightBytes: number | null;
  readonly streams: number | null;
}

/** How long the plots reach back. */
export const historySeconds = 300;

/** The counters of the sample before, on the relay's clock. */
interface Previous {
  readonly nowMs: number;
  readonly link: LinkFigures;
}

/** A difference of two counters, or null when one is unknown or the link was made anew in between. */
function difference(now: number | undefined, before: number | undefined): number | null {
  return now === undefined || before === undefined || now < before ? null : now - before;
}

/** Rates between two readings of one link. */
function rates(previous: Previous | undefined, nowMs: number, link: LinkFigures) {
  const elapsedSeconds = previous === undefined ? 0 : (nowMs - previous.nowMs) / 1_000;
  if (previous === undefined || elapsedSeconds <= 0) return { inBps: null, outBps: null, lossPercent: null };
  const received = difference(link.bytesReceived, previous.link.bytesReceived);
  const sent = difference(link.bytesSent, previous.link.bytesSent);
  const lost = difference(link.packetsLost, previous.link.packetsLost);
  const packets = difference(link.packetsSent, previous.link.packetsSent);
  return {
    inBps: received === null ? null : (received * 8) / elapsedSeconds,
    outBps: sent === null ? null : (sent * 8) / elapsedSeconds,
    lossPercent: lost === null || packets === null ? null : packets === 0 ? 0 : (lost / packets) * 100,
  };
}

/** The samples of one link, oldest first, at most `historySeconds` of them by age. */
export class LinkHistory {
  #samples: Sample[] = [];
  #previous: Previous | undefined;

  get samples(): readonly Sample[] {
    return this.#samples;
  }

  /** Adds a reading. One on the same relay clock as the last is ignored. */
  add(reading: { readonly nowMs: number; readonly atSeconds: number; readonly link: LinkFigures }): void {
    const { nowMs, atSeconds, link } = reading;
    if (this.#previous?.nowMs === nowMs) return;
    this.#samples.push({
      atSeconds,
      rttMs: link.rttMs ?? null,
      ...rates(this.#previous, nowMs, link),
      cwndBytes: link.cwndBytes ?? null,
      inFlightBytes: link.bytesInFlight ?? null,
      streams: link.streamsOpen ?? null,
    });
    this.#previous = { nowMs, link };
    const oldest = atSeconds - historySeconds;
    const keepFrom = this.#samples.findIndex((sample) => sample.atSeconds >= oldest);
    if (keepFrom > 0) this.#samples.splice(0, keepFrom);
  }
}

/** The rate of a broadcast between two readings, bit/s; null when it cannot be said. */
export function broadcastRate(
  before: { readonly nowMs: number; readonly bytes: number; readonly epoch: number } | undefined,
  now: { readonly nowMs: number; readonly bytes: number; readonly epoch: number },
): number | null {
  if (before === undefined || before.epoch !== now.epoch || now.nowMs <= before.nowMs) return null;
  const bytes = difference(now.bytes, before.bytes);
  return bytes === null ? null : (bytes * 8_000) / (now.nowMs - before.nowMs);
}
