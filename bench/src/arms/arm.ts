/** What an arm is: one way to carry the same broadcast over the same link. */

import type { Connect } from '../records/index.js';
import type { Cleanup } from '../run/cleanup.js';
import type { Host, PathFigures } from '../run/link.js';
import type { Watched } from '../run/proc.js';

/** What crosses the link. */
export type Carrier = 'quic' | 'tcp' | 'h2' | 'srt' | 'rtmp';

/** What can be compared with others in a scenario. */
export interface Contestant {
  readonly name: string;
  /** One line for people. */
  readonly describe: string;
  readonly carrier: Carrier;
  /** Packets that TCP may send before the first acknowledgement; absent: the kernel's default of 10. */
  readonly initialWindow?: number;
  /** Why it cannot run on this machine, in one line; undefined when it can. */
  probe(): Promise<string | undefined>;
}

/** One way to carry a broadcast. */
export interface Arm extends Contestant {
  /** Starts its processes at both ends of a link. Everything it starts is undone by `site.cleanup`. */
  open(site: Site): Promise<Hop>;
}

/** Where an arm runs. */
export interface Site {
  readonly sender: Host;
  readonly receiver: Host;
  readonly path: PathFigures;
  /** An empty directory of this run. */
  readonly directory: string;
  /** Certificates of `edge` and `center`, as `longhaul certs` makes them. */
  readonly certificates: string;
  readonly cleanup: Cleanup;
  /** Gives processes the priority of what is measured: called when they have started. */
  readonly raise: (pids: readonly number[]) => void;
  /** Lines that a process of the arm wrote at level warn and above. */
  readonly note: (line: string) => void;
}

/** A running arm. */
export interface Hop {
  /** The source publishes here, at the sender. */
  readonly publishUrl: string;
  /** The viewer watches here, at the receiver. */
  readonly playUrl: string;
  readonly processes: readonly Watched[];
  /** Where the sender's figures of the hop are read. */
  readonly figures: FiguresSource;
  /** Aborts with the reason when a process ends by itself. */
  readonly died: AbortSignal;
  /** The hop's own connection, where it stands before there is media. */
  readonly connect?: Connect;
  /** Everything that was set, for the record. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Who knows the congestion window, the round trip and the losses of the hop. */
export type FiguresSource =
  /** The admin API of the edge, `host:port` on the sender's loopback. */
  | { readonly kind: 'relay'; readonly address: string }
  /** The kernel's TCP_INFO of connections from the sender to this port. */
  | { readonly kind: 'kernel'; readonly port: number }
  | { readonly kind: 'none' };

/** Name of the broadcast in every arm. */
export const BROADCAST = 'live/bench';
