/** Congestion control of one connection: which algorithm, its knobs, what it believes, and agents of the application's. */
import type { NativeConnection, NativeController, NativeReport } from './native.generated.js';
import * as Native from './native.js';

/** The algorithms, docs/congestion-control.md. `fixed` keeps to a rate; `agent` is decided by a `CongestionAgent`. */
export const ALGORITHMS = ['reno', 'cubic', 'bbr1', 'bbr3', 'bbr-live', 'copa', 'fixed', 'agent'] as const;

/** The name of an algorithm. */
export type Algorithm = (typeof ALGORITHMS)[number];

/** Values of knobs by their names, in the units of `knobTable`. */
export type KnobValues = Readonly<Record<string, number>>;

/** Who decides how fast a link sends, at its beginning. */
export type ControllerOption =
  | Algorithm
  | { readonly fixedBps: number }
  | {
      readonly algorithm: Algorithm;
      readonly knobs?: KnobValues | undefined;
      /** What an earlier link to the same peer learned (RFC 9959). */
      readonly saved?: SavedPath | undefined;
    };

/** What a link learned of its path. */
export interface SavedPath {
  readonly cwndBytes: number;
  readonly bandwidthBps: number;
  readonly minRttMs: number;
  /** Share of bytes lost, 0 to 1. */
  readonly loss: number;
}

/** One row of the table of knobs. */
export interface Knob {
  readonly name: string;
  /** As shown to people, empty for a ratio or a count. */
  readonly unit: string;
  readonly default: number;
  /** Defaults of algorithms that have their own. */
  readonly defaults: Readonly<Record<string, number>>;
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  /** Who obeys it; `engine`: whatever the algorithm. */
  readonly algorithms: readonly string[];
  /** When a change shows: `new paths` also when the peer comes to another address; an open link refuses `new links`. */
  readonly applies: 'at once' | 'new paths' | 'new links';
  readonly meaning: string;
}

/** What congestion control believes. */
export interface CongestionView {
  readonly algorithm: string;
  /** The engine has not taken up the last change, which takes it about a millisecond: all but `algorithm` and `knobs` is as before. */
  readonly pending: boolean;
  /** The algorithm's phase, such as `startup`. */
  readonly phase: string;
  /** What the path delivers; 0 while unknown. */
  readonly deliveryRateBps: number;
  readonly deliveredBytes: number;
  readonly lostBytes: number;
  /** Of the lost bytes those that were acknowledged after all. */
  readonly spuriousBytes: number;
  /** The application, not the path, limits the rate. */
  readonly appLimited: boolean;
  /** Stream bytes sent for the first time, sent again, and bytes in datagrams. */
  readonly freshBytes: number;
  readonly repeatedBytes: number;
  readonly datagramBytes: number;
  /** What the algorithm shows of itself; a value not yet known is NaN. */
  readonly gauges: readonly { readonly name: string; readonly unit: string; readonly value: number }[];
  readonly knobs: KnobValues;
  /** What a later link to the same peer may start from; undefined while too little is known. */
  readonly saved: SavedPath | undefined;
  /** What this link knew at its beginning of what one before it had learned; undefined when that was nothing. */
  readonly remembered: SavedPath | undefined;
}

/** One round trip, as an agent is told of it. Counts are of this round trip; what is not known is undefined. */
export interface AgentReport {
  /** Since the connection began. */
  readonly nowMs: number;
  readonly spanMs: number;
  readonly round: number;
  readonly ackedBytes: number;
  readonly lostBytes: number;
  readonly ceMarks: number;
  readonly rttMs: number;
  readonly smoothedRttMs: number;
  readonly minRttMs: number;
  readonly deliveryRateBps: number | undefined;
  readonly bytesInFlight: number;
  readonly cwndBytes: number;
  readonly pacingBps: number;
  readonly appLimited: boolean;
  /** No decision came in time, and bbr-live has taken over meanwhile. */
  readonly standingIn: boolean;
}

/** A window and a pacing rate to keep until the next decision; what is left out stays as it was. */
export interface AgentDecision {
  readonly cwndBytes?: number;
  readonly pacingBps?: number;
}

/** A congestion algorithm of the application's, off the packet path: it hears of each round trip and decides. */
export interface CongestionAgent {
  /** Must return soon: after three round trips of silence, or when it throws, bbr-live takes over. */
  onReport(report: AgentReport): AgentDecision | undefined;
  /** It threw `error` and is out of office. */
  onError?(error: unknown): void;
}

/** Congestion control of one connection. Changes act with the connection's next packet, on an idle one at once. */
export class CongestionControl {
  readonly #native: NativeConnection;
  #agent: CongestionAgent | undefined;

  constructor(native: NativeConnection) {
    this.#native = native;
  }

  /** Which algorithm decides now. */
  get algorithm(): string {
    return this.#native.controller;
  }

  /**
   * `algorithm` decides from now on, with what the one before it has learned. Knobs that were set stay.
   * @throws QuicError LH_QUIC_ARGUMENT when there is none of that name.
   */
  use(algorithm: Algorithm): void {
    Native.call(() => this.#native.setAlgorithm(algorithm));
    if (algorithm !== 'agent') this.#agent = undefined;
  }

  /**
   * The algorithm with the knobs of `option` decides from now on; the other knobs have their defaults again, but those
   * for new links stay as they are.
   * @throws QuicError LH_QUIC_ARGUMENT as `use` and `setKnobs`; nothing changes then.
   */
  choose(option: ControllerOption): void {
    Native.call(() => this.#native.chooseController(complete(option)));
    if (option !== 'agent') this.#agent = undefined;
  }

  /** `agent` decides from now on; bbr-live until its first decision. */
  useAgent(agent: CongestionAgent): void {
    this.use('agent');
    this.#agent = agent;
  }

  /**
   * Turns knobs: all of them or, on the first error, none.
   * @throws QuicError LH_QUIC_ARGUMENT with the knob's range when a value is outside of it, there is no such knob, or it
   *   is one for new links.
   */
  setKnobs(values: KnobValues): void {
    Native.call(() => this.#native.setKnobs(knobList(values)));
  }

  /** Keeps to `bps` bit/s of UDP payload from now on; undefined returns to the algorithm of the options. */
  setRate(bps: number | undefined): void {
    Native.call(() => this.#native.setRate(bps));
  }

  /**
   * The peer may soon ask for something: a link that has carried nothing yet and stands idle carries padding first, so
   * that the first flight need not wait for the window to grow (docs/wire.md section 6.6). Once; later calls change nothing.
   */
  warmUp(): void {
    Native.call(() => this.#native.warmUp());
  }

  /** Padding that it was warmed up with, bytes; 0 when the connection is over. */
  get warmUpBytes(): number {
    return this.#native.warmUpBytes;
  }

  /** What a later link to the same peer may start from, known after the connection's end too; undefined while too little is known. */
  get saved(): SavedPath | undefined {
    return this.#native.savedPath() ?? undefined;
  }

  /** What it believes now; undefined when the connection is over. */
  view(): CongestionView | undefined {
    const native = this.#native.congestion();
    if (native === null || native === undefined) return undefined;
    const knobs = Object.fromEntries(native.knobs.map(({ name, value }) => [name, value]));
    return { ...native, knobs, saved: native.saved ?? undefined, remembered: native.remembered ?? undefined };
  }

  /** @internal Reports for the agent wait. */
  handleReported(): void {
    for (const report of this.#native.takeReports()) this.#tell(report);
  }

  #tell(native: NativeReport): void {
    const agent = this.#agent;
    if (agent === undefined) return;
    const { deliveryRateBps, ...rest } = native;
    try {
      const known = deliveryRateBps < 0 ? undefined : deliveryRateBps;
      const decision = agent.onReport({ ...rest, deliveryRateBps: known });
      if (decision !== undefined) this.#native.decide(decision.cwndBytes, decision.pacingBps);
    } catch (error) {
      this.use('bbr-live');
      agent.onError?.(error);
    }
  }
}

/** Every knob there is, with its default, range and meaning. */
export function knobTable(): readonly Knob[] {
  return JSON.parse(Native.call(() => Native.load().congestionKnobs())) as Knob[];
}

/** `option` as the addon takes it. */
export function complete(option: ControllerOption): NativeController {
  if (typeof option === 'string') return { algorithm: option, knobs: [] };
  if ('fixedBps' in option) {
    return { algorithm: 'fixed', knobs: [{ name: 'fixed_rate', value: option.fixedBps }] };
  }
  const { algorithm, knobs = {}, saved } = option;
  return { algorithm, knobs: knobList(knobs), ...(saved === undefined ? {} : { saved }) };
}

function knobList(values: KnobValues): { name: string; value: number }[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}
