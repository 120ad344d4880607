/**
 * All links of one relay: dials the peers, accepts others, keeps one link a peer, wires sessions to the registry.
 *
 * Which of two links to one peer stays: the one dialled by the relay whose id sorts first; of two dialled by the same
 * relay the newer (the older is a leftover that has not timed out yet). Both ends see both links and choose the same.
 */
import { type LinkPort, LinkSession, type RegistryLink } from '@longhaul/core';
import { Identity, normalizeFingerprint } from '@longhaul/quic';
import type { CloseInfo } from '@longhaul/transport';
import { CloseCode } from '@longhaul/wire';
import { formatAddress } from '../config/address.js';
import type { TlsFiles } from '../config/certificate.js';
import type { PeerConfig, RelayConfig } from '../config/config.js';
import { RelayError } from '../errors.js';
import type { LinkFigure } from '../figures.js';
import type { Logger, WarningLimiter } from '../log.js';
import type { Tally } from '../metrics.js';
import { type CarrierAddresses, Carriers, SPARE_STREAMS, warnSmallBuffers } from './carriers.js';
import { CongestionPolicy } from './congestion-policy.js';
import { Dialer } from './dialer.js';
import { describeClose, describeOpen, isProven, type LinkConnection, proven } from './link-connection.js';
import { eachDrop, linkFigure } from './link-figure.js';
import { PeerWay } from './peer-way.js';
import * as Pem from './pems.js';
import { warmUp } from './warm-up.js';

/** What the links work with. */
export interface LinksOptions {
  readonly config: RelayConfig;
  readonly tls: TlsFiles;
  readonly software: string;
  readonly port: (link: RegistryLink) => LinkPort;
  readonly log: Logger;
  readonly warnings: WarningLimiter;
  readonly tally: Tally;
  readonly nowMs: () => number;
  readonly random: () => number;
}

interface Held {
  readonly connection: LinkConnection;
  readonly session: LinkSession;
  readonly openedMs: number;
  /** Id of the relay that dialled. */
  readonly dialledBy: string;
  /** The peer has greeted us. TLS 1.3 lets a dialer that the peer refuses believe in its connection for a moment. */
  greeted: boolean;
}

/** See the head of the file. */
export class Links {
  readonly #options: LinksOptions;
  readonly #identity: Identity;
  #config: RelayConfig;
  #pems: Pem.Pems;
  /** The link to each peer, by relay id. */
  readonly #held = new Map<string, Held>();
  readonly #dialers = new Map<string, Dialer>();
  /** How each peer that is dialled is reached. */
  readonly #ways = new Map<string, PeerWay>();
  readonly #carriers: Carriers;
  /** Congestion control of the links over QUIC. */
  readonly congestion: CongestionPolicy;
  #state: 'running' | 'draining' | 'closed' = 'running';

  /** Reads the PEM files. Throws `LH_RELAY_IDENTITY`. */
  constructor(options: LinksOptions) {
    this.#options = options;
    this.#config = options.config;
    try {
      this.#pems = Pem.read(options.tls);
      this.#identity = new Identity(this.#pems);
      this.#identity.revoke(options.config.link.revoked);
    } catch (cause) {
      throw new RelayError('LH_RELAY_IDENTITY', `link.tls: ${(cause as Error).message}`, { cause });
    }
    this.congestion = new CongestionPolicy({
      config: options.config,
      connections: () => [...this.#held.values()].map(({ connection }) => connection),
      log: options.log,
    });
    this.#carriers = new Carriers({
      config: () => this.#config,
      identity: this.#identity,
      congestionFor: (peer) => this.congestion.choiceFor(peer),
      log: options.log,
      nowMs: options.nowMs,
      onConnection: (connection) => this.#take(connection),
      onRefused: ({ address, error }) => {
        const { warnings, nowMs } = options;
        warnings.warn('link-refused', { address, reason: error.message }, 'link refused', nowMs());
      },
    });
  }

  /** Binds the listeners there are and starts to dial. Resolves with the real addresses. Rejects with `LH_RELAY_LISTEN`. */
  async start(): Promise<CarrierAddresses> {
    const addresses = await this.#carriers.start();
    this.#dialPeers();
    return addresses;
  }

  /** How many links are open. */
  get size(): number {
    return this.#held.size;
  }

  /** Those that are open. */
  get open(): readonly Pick<Held, 'connection' | 'session'>[] {
    return [...this.#held.values()];
  }

  /** Time passes. */
  poll(nowMs: number): void {
    for (const { session } of this.#held.values()) session.poll(nowMs);
  }

  /** When `poll` has something to do; undefined while there is no link. Sessions tell no change, so it is never far away. */
  nextTimeoutMs(nowMs: number): number | undefined {
    if (this.#held.size === 0) return undefined;
    let nextMs = nowMs + LONGEST_POLL_MS;
    for (const { session } of this.#held.values())
      nextMs = Math.min(nextMs, session.nextTimeoutMs() ?? nextMs);
    return nextMs;
  }

  /** Subscriptions of other relays that are served now. */
  get served(): number {
    let served = 0;
    for (const { session } of this.#held.values()) served += session.snapshot().served.length;
    return served;
  }

  /** Calls `each` for the frames that did not cross the links open now. */
  eachDrop(each: (kind: string, reason: string, frames: number) => void): void {
    for (const { session } of this.#held.values()) {
      const { sent, received } = session.snapshot();
      eachDrop(sent.dropped, each);
      eachDrop(received.dropped, each);
    }
  }

  /** Applies a new config: peers, who may hold a link, and the PEM files. Returns what changed beside config keys. Bad PEM files throw before anything changes. */
  reload(config: RelayConfig): string[] {
    const changed = config.link.tls === undefined ? [] : this.#reloadPems(config.link.tls);
    this.#config = config;
    this.#identity.revoke(config.link.revoked);
    const revoked = new Set(config.link.revoked.map(normalizeFingerprint));
    const wanted = new Map(config.link.peers.map((peer) => [peer.name, peer]));
    for (const [name, dialer] of this.#dialers) {
      const peer = wanted.get(name);
      if (peer?.url === dialer.peer.url && peer.fallback === dialer.peer.fallback) continue;
      this.#forget(name, dialer);
      const held = this.#held.get(name);
      if (held?.connection.side === 'dialer')
        held.connection.close(CloseCode.NO_ERROR, 'no longer configured');
    }
    for (const [name, { connection }] of this.#held) {
      if (config.link.allows(name) === undefined)
        connection.close(CloseCode.UNAUTHORISED, 'not allowed any more');
      else if (revoked.has(connection.peerFingerprint ?? ''))
        connection.close(CloseCode.IDENTITY, `the certificate of relay "${name}" is revoked`);
    }
    this.congestion.reload(config);
    for (const { session } of this.#held.values()) session.setDelivery(config.link.delivery);
    this.#dialPeers();
    return changed;
  }

  /** Says Goaway to every peer, dials and accepts no more. The links close by themselves when all is delivered. */
  drain(drainMs: number): void {
    if (this.#state !== 'running') return;
    this.#state = 'draining';
    this.#dialNobody();
    for (const { session } of this.#held.values()) session.drain({ drainMs, text: 'the relay stops' });
  }

  /** Resolves when the UDP port is free again: after `close`, when all links have drained. */
  get released(): Promise<void> {
    return this.#carriers.released;
  }

  /** Closes every link and the listener. Idempotent. */
  async close(): Promise<void> {
    this.#state = 'closed';
    this.#dialNobody();
    for (const { connection } of this.#held.values())
      connection.close(CloseCode.GOING_AWAY, 'the relay stops');
    await this.#carriers.close();
  }

  /** A row for each link and for each peer without one. */
  figures(): LinkFigure[] {
    const rows = [...this.#held.values()].map(({ connection, session }) => linkFigure(connection, session));
    for (const dialer of this.#dialers.values()) {
      if (this.#held.has(dialer.peer.name)) continue;
      const state = dialer.state === 'stopped' ? 'closed' : 'connecting';
      rows.push({
        peer: dialer.peer.name,
        address: formatAddress(dialer.peer.address),
        side: 'dialer',
        state,
      });
    }
    return rows;
  }

  /** When the certificate in use ends, seconds since 1970. */
  get certificateNotAfterSeconds(): number {
    return Pem.notAfterSeconds(this.#pems);
  }

  #reloadPems(files: TlsFiles): string[] {
    const pems = Pem.read(files);
    if (Pem.same(pems, this.#pems)) return [];
    this.#identity.reload(pems);
    this.#pems = pems;
    return ['link.tls (the files)'];
  }

  #forget(name: string, dialer: Dialer): void {
    dialer.stop();
    this.#dialers.delete(name);
    this.#ways.get(name)?.stop();
    this.#ways.delete(name);
  }

  #dialNobody(): void {
    for (const dialer of this.#dialers.values()) dialer.stop();
    for (const way of this.#ways.values()) way.stop();
  }

  #dialPeers(): void {
    if (this.#state !== 'running') return;
    const { redialMinMs: minMs, redialMaxMs: maxMs } = this.#config.link;
    for (const peer of this.#config.link.peers) {
      if (this.#dialers.has(peer.name)) continue;
      const way = this.#wayTo(peer);
      this.#ways.set(peer.name, way);
      const dialer = new Dialer({
        peer,
        backoff: { minMs, maxMs },
        dial: (_peer, signal) => way.dial(signal),
        onConnection: (connection) => this.#take(connection as LinkConnection),
        onFailed: (to, error, retryMs) => this.#dialFailed(to, error, retryMs),
        random: this.#options.random,
      });
      this.#dialers.set(peer.name, dialer);
      if (this.#held.has(peer.name)) dialer.linked();
      else dialer.start();
    }
  }

  #wayTo(peer: PeerConfig): PeerWay {
    const { log, warnings, nowMs } = this.#options;
    const { name } = peer;
    return new PeerWay({
      peer,
      dialUrl: (url, signal) => this.#carriers.dial({ url, serverName: name, signal }),
      afterMs: () => this.#config.link.fallbackAfterMs,
      retryMs: () => this.#config.link.fallbackRetryMs,
      onFallback: (fallback) =>
        warnings.warn(
          'fallback',
          { peer: name, url: peer.url, fallback },
          'no answer: trying the fallback',
          nowMs(),
        ),
      onReturn: (connection) => {
        log.info({ peer: name, url: peer.url }, 'the url answers again: the link leaves the fallback');
        this.#take(connection);
      },
      nowMs,
    });
  }

  #dialFailed(peer: PeerConfig, error: Error, retryMs: number): void {
    const { warnings, nowMs } = this.#options;
    warnings.warn(
      'dial',
      { peer: peer.name, url: peer.url, reason: error.message, retryMs },
      'cannot dial',
      nowMs(),
    );
  }

  /** A connection is authenticated: keep it or the one there is, and speak longhaul/1 on it. */
  #take(connection: LinkConnection): void {
    const { name } = connection.peer;
    const dialledBy = connection.side === 'dialer' ? this.#config.relay.id : name;
    const refusal = this.#refusal(name, connection);
    if (refusal !== undefined) {
      this.#discard(connection, refusal.code, refusal.reason);
      this.#dialers.get(name)?.unlinked(0);
      return;
    }
    const other = this.#held.get(name);
    if (other !== undefined) {
      if (!isProven(connection)) {
        // It may be the replay of an old first flight: that ends no link.
        void proven(connection).then((isThere) => isThere && this.#take(connection));
        return;
      }
      if (dialledBy !== other.dialledBy && other.dialledBy < dialledBy) {
        this.#discard(connection, CloseCode.REPLACED, 'there is a link already');
        return;
      }
      other.connection.close(CloseCode.REPLACED, 'a newer link takes over');
      this.#release(name, other, {
        by: 'local',
        code: CloseCode.REPLACED,
        reason: 'a newer link takes over',
      });
    }
    this.#hold(name, connection, dialledBy);
  }

  #refusal(name: string, connection: LinkConnection): { code: number; reason: string } | undefined {
    if (this.#state !== 'running') return { code: CloseCode.GOING_AWAY, reason: 'the relay drains' };
    if (name === this.#config.relay.id)
      return { code: CloseCode.IDENTITY, reason: 'this is our own relay id' };
    // A handshake may have begun before a reload revoked its certificate.
    if (this.#identity.material.revoked.has(connection.peerFingerprint ?? ''))
      return { code: CloseCode.IDENTITY, reason: `the certificate of relay "${name}" is revoked` };
    if (this.#config.link.allows(name) !== undefined) return undefined;
    return { code: CloseCode.UNAUTHORISED, reason: 'not in link.allow' };
  }

  #hold(name: string, connection: LinkConnection, dialledBy: string): void {
    const { log, warnings, nowMs, software, port } = this.#options;
    const { id, region } = this.#config.relay;
    const { maxAnnouncements, maxSubscriptions, maxOpenStreams } = this.#config.link;
    const session = new LinkSession(connection, {
      relayId: id,
      now: nowMs,
      port,
      mayAnnounce: (path) => this.#config.link.allows(name)?.announce(path) === true,
      software,
      limits: {
        maxAnnouncements,
        maxSubscriptions,
        maxOpenStreams,
        // All its announcements may come before the Hello, when that was lost.
        maxPendingRequests: maxAnnouncements + SPARE_STREAMS,
      },
      delivery: this.#config.link.delivery,
      ...(region !== '' && { region }),
      onBacklog: () => setImmediate(() => session.poll(nowMs())),
      onOpen: (hello) => {
        held.greeted = true;
        log.info({ ...describeOpen(connection), software: hello.software }, 'link open');
        warnSmallBuffers(log, connection);
      },
      onAnnounce: () => warmUp(connection, this.#config.link.fastStart),
      onGoaway: () => log.info({ peer: name }, 'the peer goes away'),
      onClosed: (info) => this.#release(name, held, info),
      onNotice: ({ kind, ...details }) =>
        warnings.warn(kind, { peer: name, ...details }, `link: ${kind}`, nowMs()),
    });
    const held: Held = { connection, session, openedMs: nowMs(), dialledBy, greeted: false };
    this.#held.set(name, held);
    this.#dialers.get(name)?.linked();
    this.#ways.get(name)?.held(connection);
    this.congestion.apply(connection);
    session.start();
  }

  #release(name: string, held: Held, info: CloseInfo): void {
    if (this.#held.get(name) !== held) return;
    this.#held.delete(name);
    this.#carriers.ended(held.connection);
    const { log, warnings, tally, nowMs } = this.#options;
    const livedMs = nowMs() - held.openedMs;
    const reason = describeClose(info);
    tally.end('link', info.by);
    const { sent, received } = held.session.snapshot();
    for (const { dropped } of [sent, received]) {
      eachDrop(dropped, (kind, why, frames) => tally.drop(kind, `link-${why}`, frames));
    }
    // A peer that refuses us is dialled again and again: that must not fill the log.
    if (held.greeted)
      log.info({ peer: name, reason, durationMs: Math.round(livedMs), sent, received }, 'link ended');
    else warnings.warn('link-not-opened', { peer: name, reason }, 'link not opened', nowMs());
    this.#ways.get(name)?.lost();
    this.#dialers.get(name)?.unlinked(livedMs);
  }

  #discard(connection: LinkConnection, code: number, reason: string): void {
    const { warnings, nowMs } = this.#options;
    const { name: peer, address } = connection.peer;
    warnings.warn('link-not-kept', { peer, address, reason }, 'link not kept', nowMs());
    connection.close(code, reason);
  }
}

const LONGEST_POLL_MS = 250;
