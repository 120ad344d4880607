/** What an RTMP connection asks of the relay. */
import type { Socket } from 'node:net';
import type { BroadcastPath } from '@longhaul/core';
import type { RelayConfig } from '../config/config.js';
import type { Delivery, ViewerSession } from '../egress/viewer-session.js';
import type { Claim } from '../ingest/claim.js';
import type { Ingest } from '../ingest/ingest.js';
import type { Logger } from '../log.js';
import type { Tally } from '../metrics.js';
import type { NamedBroadcast } from '../names.js';
import type { RtmpConnection } from './connection.js';

/** The relay as RTMP connections see it. */
export interface RtmpHost {
  readonly tally: Tally;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** Asked each time, so that a reload applies. */
  settings(): RelayConfig['rtmp'];
  domainOf(host: string): string;
  /** Tokens of which a publisher of `path` has to show one; empty: none is asked for. */
  publishTokens(path: BroadcastPath): readonly string[];
  /** Whether no cap per address holds for this client. */
  isTrusted(address: string): boolean;
  /** Throws `LH_CORE_BROADCAST_IN_USE`, `LH_RELAY_STOPPED`. */
  publish(path: BroadcastPath, claim: Claim): Ingest;
  /** Throws `LH_RELAY_STOPPED`, `LH_RELAY_VIEW`. */
  view(named: NamedBroadcast, socket: Socket, delivery: Delivery, onOver: () => void): ViewerSession;
  /** At most one line a second of each kind. */
  warn(kind: string, details: object, message: string): void;
  /** A publish or play was accepted. May be called again. */
  onAccepted(connection: RtmpConnection): void;
  onConnectionOver(connection: RtmpConnection): void;
}
