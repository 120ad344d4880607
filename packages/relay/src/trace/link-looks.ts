/** Looks at every link once a second and keeps the last minute of each. */
import type { DropCounts, LinkSession } from '@longhaul/core';
import { figuresOf, type LinkConnection } from '../links/link-connection.js';
import { eachDrop } from '../links/link-figure.js';
import type { ExplainedLink } from './explain.js';
import { type LinkCounters, type LinkGauges, LinkMinute } from './link-minute.js';
import { PacketFollower } from './packet-follower.js';
import type { ClockOffset } from './tracer.js';

/** A link that is up. */
export interface OpenLink {
  readonly connection: LinkConnection;
  readonly session: LinkSession;
}

interface Looked extends OpenLink {
  readonly minute: LinkMinute;
  /** Undefined where the carrier tells nothing of packets. */
  readonly follower: PacketFollower | undefined;
  /** The probe with the least round trip, of the last ones. */
  clock: ClockOffset | undefined;
  clockAtMs: number;
}

/** Inputs: `look` about once a second, with the links that are up. Outputs: `explained`, `clocks`. */
export class LinkLooks {
  readonly #looked = new Map<string, Looked>();

  /** Peers that have had no link for a minute are forgotten. */
  look(links: readonly OpenLink[], nowMs: number): void {
    for (const link of links) {
      const peer = link.connection.peer.name;
      const known = this.#looked.get(peer);
      const looked: Looked =
        known?.session === link.session
          ? known
          : {
              ...link,
              minute: known?.minute ?? new LinkMinute(),
              follower: followerOf(link),
              clock: undefined,
              clockAtMs: 0,
            };
      if (looked !== known) {
        looked.minute.opened(nowMs);
        this.#looked.set(peer, looked);
      }
      looked.minute.look(countersOf(link), gaugesOf(link), nowMs);
      noteClock(looked, peer, nowMs);
    }
    for (const [peer, { session, minute }] of this.#looked) {
      const isOpen = links.some((link) => link.session === session);
      if (!isOpen && minute.quietSince(nowMs)) this.#looked.delete(peer);
    }
  }

  /** Whether all of these were looked at. */
  knows(links: readonly OpenLink[]): boolean {
    return links.every(({ connection, session }) => {
      return this.#looked.get(connection.peer.name)?.session === session;
    });
  }

  /** Takes the news of packets. `isTraced`: of every stream. */
  follow(nowMs: number, isTraced: boolean): void {
    for (const { connection, follower } of this.#looked.values()) {
      if (!connection.closed) follower?.poll(nowMs, isTraced);
    }
  }

  /** Each link as an explanation needs it. */
  explained(): ExplainedLink[] {
    return [...this.#looked].map(([peer, { session, minute }]) => ({
      peer,
      received: (nowMs) => session.delays.received.view(nowMs),
      sent: (nowMs) => session.delays.sent.view(nowMs),
      sentOf: (path, nowMs) => session.delays.sendings.get(path)?.minute.view(nowMs),
      minute: (nowMs) => minute.view(nowMs),
    }));
  }

  /** How the clocks of the peers stand to ours. */
  clocks(): ClockOffset[] {
    return [...this.#looked.values()].flatMap(({ clock }) => clock ?? []);
  }
}

function followerOf({ connection, session }: OpenLink): PacketFollower | undefined {
  return 'streamNews' in connection ? new PacketFollower(connection.streamNews, session.delays) : undefined;
}

function noteClock(looked: Looked, peer: string, nowMs: number): void {
  const { probe } = looked.session;
  if (probe === undefined) return;
  const { rttMs, peerTimeMs, atMs } = probe;
  const isOld = nowMs - looked.clockAtMs > CLOCK_MS;
  if (looked.clock !== undefined && !isOld && rttMs >= looked.clock.rttMs) return;
  // The peer looked at its clock, cut to whole milliseconds, half a round trip before its answer was here.
  const peerMs = peerTimeMs + 0.5;
  const oursMs = atMs - rttMs / 2;
  // Its clock is modulo 2^32 on the wire; ours is brought into the same turn of it.
  looked.clock = { peer, offsetMs: peerMs - (oursMs % 2 ** 32), rttMs };
  looked.clockAtMs = nowMs;
}

function countersOf(link: OpenLink): LinkCounters {
  const { connection, session } = link;
  const stats = connection.stats();
  const { sent, received } = session.traffic;
  const congestion = 'carrierStats' in connection ? undefined : connection.congestion;
  const view = congestion?.view();
  const warmUpBytes = congestion?.warmUpBytes ?? 0;
  return {
    packetsSent: stats.packetsSent,
    packetsLost: stats.packetsLost,
    bytesSent: stats.bytesSent,
    bytesReceived: stats.bytesReceived,
    ...(view !== undefined && {
      freshBytes: view.freshBytes,
      repeatedBytes: view.repeatedBytes,
      // Handed to the engine a moment before it leaves.
      datagramBytes: Math.max(0, view.datagramBytes - warmUpBytes),
      warmUpBytes,
    }),
    ...repairCounters(link),
    framesSent: sent.frames,
    framesReceived: received.frames,
    dropped: { ...byReason(sent.dropped), ...byReason(received.dropped) },
  };
}

/** What repair did, where the connection has it. */
function repairCounters({ connection }: OpenLink): Partial<LinkCounters> {
  if (!('repair' in connection)) return {};
  const view = connection.repair.view();
  return {
    repairSymbolsSent: view.sentOnLoss + view.sentAhead,
    repairSymbolsRefused: view.refusedByBudget + view.refusedByQueue,
    repairSymbolsReceived: view.received,
    repairedBytes: view.repairedBytes,
  };
}

function byReason(dropped: DropCounts): Record<string, number> {
  const counts: Record<string, number> = {};
  eachDrop(dropped, (kind, reason, frames) => {
    const name = `${kind} (${reason})`;
    counts[name] = (counts[name] ?? 0) + frames;
  });
  return counts;
}

function gaugesOf({ connection }: OpenLink): LinkGauges {
  const figures = figuresOf(connection);
  const repair = 'repair' in connection ? connection.repair.view() : undefined;
  const view = 'carrierStats' in connection ? undefined : connection.congestion.view();
  return {
    rttMs: figures.rttMs,
    minRttMs: figures.minRttMs,
    cwndBytes: figures.cwndBytes,
    pacingRateBps: figures.pacingRateBps,
    deliveryRateBps: figures.deliveryRateBps,
    appLimited: view?.appLimited,
    algorithm: figures.congestion,
    lossBurst: repair !== undefined && repair.burst > 0 ? repair.burst : undefined,
    repairs: repair?.understood,
    warmUpBytes: 'carrierStats' in connection ? undefined : connection.congestion.warmUpBytes,
    opening: {
      connectMs: connection.connectMs,
      earlyData: earlyDataOf(connection),
      rememberedBps: view?.remembered?.bandwidthBps,
    },
  };
}

function earlyDataOf(connection: LinkConnection): 'accepted' | 'rejected' | undefined {
  if (!('earlyData' in connection)) return undefined;
  const { earlyData } = connection;
  return earlyData === 'accepted' || earlyData === 'rejected' ? earlyData : undefined;
}

/** How long a probe stands for the clock: clocks drift apart by some milliseconds meanwhile. */
const CLOCK_MS = 60_000;
