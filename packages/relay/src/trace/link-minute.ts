/** What a link counted in the last minute: differences of counters that were looked at once a second. */

/** Counters of one link as they are now; what its carrier does not tell is absent. */
export interface LinkCounters {
  readonly packetsSent: number;
  readonly packetsLost: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly freshBytes?: number;
  readonly repeatedBytes?: number;
  /** In datagrams but for padding. */
  readonly datagramBytes?: number;
  /** Padding. */
  readonly warmUpBytes?: number;
  /** Symbols of repair: sent, wanted and not sent for want of budget or room, come, and the bytes that they have filled in here. */
  readonly repairSymbolsSent?: number;
  readonly repairSymbolsRefused?: number;
  readonly repairSymbolsReceived?: number;
  readonly repairedBytes?: number;
  readonly framesSent: number;
  readonly framesReceived: number;
  /** Frames that did not cross, `reason` of `kind`. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** What a link is like now. */
export interface LinkGauges {
  readonly rttMs: number;
  readonly minRttMs: number;
  readonly cwndBytes: number;
  readonly pacingRateBps: number;
  readonly deliveryRateBps: number | undefined;
  /** The application, not the path, limits the rate; undefined where that is not known. */
  readonly appLimited: boolean | undefined;
  readonly algorithm: string | undefined;
  /** Packets lost one after the other, mean; undefined while that is not known. */
  readonly lossBurst?: number | undefined;
  /** The peer understands symbols of repair. */
  readonly repairs?: boolean | undefined;
  readonly opening?: OpeningGauges | undefined;
  /** Padding since the connection began, bytes. */
  readonly warmUpBytes?: number | undefined;
}

/** How the connection began. */
export interface OpeningGauges {
  /** Until its handshake was over; undefined while it is not. */
  readonly connectMs: number | undefined;
  /** What became of what was sent before the handshake was over; undefined when nothing was. */
  readonly earlyData: 'accepted' | 'rejected' | undefined;
  /** Rate that the link before it had learned and this one knew at its beginning, bit/s. */
  readonly rememberedBps: number | undefined;
}

/** The last minute of a link, or what there is of it. */
export interface LinkMinuteView {
  /** What is looked back on. */
  readonly spanMs: number;
  readonly counted: LinkCounters;
  readonly now: LinkGauges;
  readonly meanRttMs: number;
  readonly leastRttMs: number;
  /** Times that another algorithm took over, and that the link was opened anew. */
  readonly algorithmSwitches: number;
  readonly openings: number;
}

interface Look {
  readonly atMs: number;
  readonly counters: LinkCounters;
  readonly gauges: LinkGauges;
}

/** Inputs: `look` once a second, `opened`. Output: `view`. Keeps `LOOKS` of them. */
export class LinkMinute {
  #looks: Look[] = [];
  #switchesMs: number[] = [];
  #openingsMs: number[] = [];

  /** A connection to the peer has opened: its counters begin anew. */
  opened(nowMs: number): void {
    this.#looks = [];
    this.#openingsMs = [...recent(this.#openingsMs, nowMs), nowMs].slice(-MAX_EVENTS);
  }

  /** What it counts now. */
  look(counters: LinkCounters, gauges: LinkGauges, nowMs: number): void {
    const last = this.#looks.at(-1);
    if (last !== undefined && last.gauges.algorithm !== gauges.algorithm) {
      this.#switchesMs = [...recent(this.#switchesMs, nowMs), nowMs].slice(-MAX_EVENTS);
    }
    this.#looks.push({ atMs: nowMs, counters, gauges });
    if (this.#looks.length > LOOKS) this.#looks.shift();
  }

  /** Whether nothing was looked at for a minute. */
  quietSince(nowMs: number): boolean {
    return nowMs - (this.#looks.at(-1)?.atMs ?? 0) >= MINUTE_MS;
  }

  /** Undefined before the first look. */
  view(nowMs: number): LinkMinuteView | undefined {
    const [first, last] = [this.#looks[0], this.#looks.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const rtts = this.#looks.map(({ gauges }) => gauges.rttMs).filter((ms) => ms > 0);
    const leastRtts = this.#looks.map(({ gauges }) => gauges.minRttMs).filter((ms) => ms > 0);
    return {
      spanMs: last.atMs - first.atMs,
      counted: difference(last.counters, first.counters),
      now: last.gauges,
      meanRttMs: rtts.length === 0 ? 0 : rtts.reduce((sum, ms) => sum + ms, 0) / rtts.length,
      leastRttMs: leastRtts.length === 0 ? 0 : Math.min(...leastRtts),
      algorithmSwitches: recent(this.#switchesMs, nowMs).length,
      openings: recent(this.#openingsMs, nowMs).length,
    };
  }
}

function recent(timesMs: readonly number[], nowMs: number): number[] {
  return timesMs.filter((atMs) => nowMs - atMs < MINUTE_MS);
}

function difference(now: LinkCounters, before: LinkCounters): LinkCounters {
  const dropped: Record<string, number> = {};
  for (const [reason, frames] of Object.entries(now.dropped)) {
    const more = frames - (before.dropped[reason] ?? 0);
    if (more > 0) dropped[reason] = more;
  }
  const counted: Record<string, number> = {};
  for (const [name, value] of Object.entries(now)) {
    const old = before[name as keyof LinkCounters];
    if (typeof value === 'number') counted[name] = value - (typeof old === 'number' ? old : 0);
  }
  return { ...(counted as unknown as LinkCounters), dropped };
}

const MINUTE_MS = 60_000;
/** A look a second, and the one that the minute begins with. */
const LOOKS = 61;
/** Changes that are counted; more than one a second is more than anybody reads. */
const MAX_EVENTS = 60;
