/** Dials and accepts links over whatever carries them: QUIC, TLS on TCP, tunnels in one QUIC stream. */
import * as H2 from '@longhaul/h2';
import * as Quic from '@longhaul/quic';
import * as Tcp from '@longhaul/tcp';
import type { Listener } from '@longhaul/transport';
import { type Address, formatAddress, parseLinkUrl } from '../config/address.js';
import type { RelayConfig } from '../config/config.js';
import { RelayError } from '../errors.js';
import type { Logger } from '../log.js';
import type { CongestionChoice } from './congestion-policy.js';
import { type LinkConnection, proven } from './link-connection.js';
import { PathMemory } from './path-memory.js';
import { repairOf } from './repair-settings.js';
import { SessionFile } from './session-file.js';

/** What the carriers work with. */
export interface CarriersOptions {
  readonly config: () => RelayConfig;
  readonly identity: Quic.Identity;
  readonly congestionFor: (peer: string) => CongestionChoice;
  readonly log: Logger;
  readonly nowMs: () => number;
  readonly onConnection: (connection: LinkConnection) => void;
  readonly onRefused: (refusal: Quic.Refusal) => void;
}

/** Whom to dial. */
export interface CarrierDial {
  readonly url: string;
  /** The relay id it must prove. */
  readonly serverName: string;
  readonly signal: AbortSignal;
}

/** Addresses really bound: QUIC, TCP, tunnels, WebTransport. */
export interface CarrierAddresses {
  readonly link?: string;
  readonly tcp?: string;
  readonly tunnel?: string;
  readonly h2?: string;
}

/** Inputs: `start`, `dial`, `ended`, `close`. Outputs: `onConnection` with what was accepted, `onRefused`. */
export class Carriers {
  readonly #options: CarriersOptions;
  readonly #listeners: Listener[] = [];
  readonly #paths: PathMemory;
  /** The URL of what was dialled over QUIC. */
  readonly #dialled = new WeakMap<LinkConnection, string>();
  /** URLs dialled whose peer was not heard of since: those are not sent early data to. */
  readonly #unheard = new Set<string>();
  /** Round trip of the last link to each URL. */
  readonly #roundTripMs = new Map<string, number>();
  readonly #sessions: SessionFile | undefined;
  #quicListener: Quic.QuicListener | undefined;
  #released: Promise<void> = Promise.resolve();

  constructor(options: CarriersOptions) {
    this.#options = options;
    const { identity, log } = options;
    const { sessionFile: file } = options.config().link.fastStart;
    this.#sessions = file === undefined ? undefined : new SessionFile({ file, identity, log });
    const lifetimeMs = () => options.config().link.congestion.pathMemoryMs;
    this.#paths = new PathMemory({ lifetimeMs, nowMs: options.nowMs });
  }

  /** Resolves when the UDP port of the QUIC listener is free again. */
  get released(): Promise<void> {
    return this.#released;
  }

  /** Binds the listeners there are. Rejects with `LH_RELAY_LISTEN`. */
  async start(): Promise<CarrierAddresses> {
    const { listen, tcp, tunnel, h2 } = this.#options.config().link;
    this.#sessions?.open();
    return {
      ...(listen && { link: await this.#open('link', listen, (address) => this.#listenQuic(address)) }),
      ...(tcp.listen && {
        tcp: await this.#open('link.tcp', tcp.listen, (address) => this.#listenTcp(address)),
      }),
      ...(tunnel.listen && {
        tunnel: await this.#open('link.tunnel', tunnel.listen, (address) => this.#listenTunnel(address)),
      }),
      ...(h2.listen && { h2: await this.#open('link.h2', h2.listen, (address) => this.#listenH2(address)) }),
    };
  }

  /** Dials. Rejects as the transport's `dial`. */
  dial(target: CarrierDial): Promise<LinkConnection> {
    const { identity } = this.#options;
    const common = { ...target, identity, connectTimeoutMs: this.#options.config().link.dialTimeoutMs };
    switch (parseLinkUrl(target.url)?.scheme) {
      case 'quic':
        return this.#dialQuic(target);
      case 'tls':
        return Tcp.dial({ ...this.#muxOptions(), ...this.#socketOptions(), ...common });
      case 'quic+tunnel':
        return Tcp.dialTunnel({ ...this.#muxOptions(), ...common, quic: this.#quicOptions() });
      case 'h2':
        return H2.dial({ ...this.#muxOptions(), ...this.#socketOptions(), ...common });
      default:
        return Promise.reject(new RelayError('LH_RELAY_CONFIG', `${target.url} cannot be dialled`));
    }
  }

  /** The link on `connection` is over: what it learned of its path serves the next dial there. */
  ended(connection: LinkConnection): void {
    if ('carrierStats' in connection) return;
    const { saved } = connection.congestion;
    const url = this.#dialled.get(connection);
    if (url !== undefined) {
      this.#paths.remember(url, saved);
      this.#roundTripMs.set(url, connection.stats().rttMs);
    }
    const { pathMemoryMs } = this.#options.config().link.congestion;
    if (connection.side === 'acceptor' && saved !== undefined && pathMemoryMs > 0)
      this.#quicListener?.remember(connection.peer.address, saved, pathMemoryMs);
  }

  /** Stops accepting. Idempotent. */
  async close(): Promise<void> {
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close()));
    this.#sessions?.stop();
  }

  async #dialQuic(target: CarrierDial): Promise<LinkConnection> {
    const { identity, config, congestionFor } = this.#options;
    const { dialTimeoutMs, handshakeTimeoutMs, fastStart } = config().link;
    // What is sent early to a peer that is gone leaves a link that looks alive: once, not again and again.
    const roundTripMs = this.#roundTripMs.get(target.url);
    const earlyData = fastStart.earlyData && roundTripMs !== undefined && !this.#unheard.has(target.url);
    // And not for long: a peer that starts is found by the next dial.
    const silenceMs = earlyData ? EARLY_SILENCE_MS + 3 * roundTripMs : dialTimeoutMs;
    this.#unheard.add(target.url);
    const connection = await Quic.dial({
      ...this.#quicOptions(),
      ...target,
      identity,
      earlyData,
      silenceTimeoutMs: Math.min(dialTimeoutMs, silenceMs),
      connectTimeoutMs: Math.max(dialTimeoutMs, handshakeTimeoutMs),
      initialRttMs: DIAL_RTT_MS,
      controller: { ...congestionFor(target.serverName), saved: this.#paths.recall(target.url) },
    });
    this.#dialled.set(connection, target.url);
    void proven(connection).then((isHeard) => isHeard && this.#unheard.delete(target.url));
    return connection;
  }

  async #open(key: string, at: Address, open: (address: string) => Promise<Listener>): Promise<string> {
    const address = formatAddress(at);
    try {
      const listener = await open(address);
      this.#listeners.push(listener);
      return listener.address;
    } catch (cause) {
      const message = `${key}.listen: cannot listen on ${address}: ${(cause as Error).message}`;
      throw new RelayError('LH_RELAY_LISTEN', message, { cause });
    }
  }

  async #listenQuic(address: string): Promise<Listener> {
    const { maxHandshakes, maxHandshakesPerAddress, retryFrom } = this.#options.config().link;
    const bounds = { maxHandshakes, maxHandshakesPerAddress, retryFrom };
    const listener = await Quic.listen({ ...this.#quicOptions(), ...bounds, ...this.#door(), address });
    warnSmallBuffers(this.#options.log, listener);
    this.#released = listener.released;
    this.#quicListener = listener;
    return listener;
  }

  #listenTcp(address: string): Promise<Listener> {
    return Tcp.listen({ ...this.#muxOptions(), ...this.#socketOptions(), ...this.#door(), address });
  }

  #listenTunnel(address: string): Promise<Listener> {
    return Tcp.listenTunnel({ ...this.#muxOptions(), ...this.#door(), quic: this.#quicOptions(), address });
  }

  #listenH2(address: string): Promise<Listener> {
    return H2.listen({ ...this.#muxOptions(), ...this.#socketOptions(), ...this.#door(), address });
  }

  #door() {
    const { identity, onConnection, onRefused } = this.#options;
    return { identity, onConnection, onRefused };
  }

  #quicOptions(): Quic.LinkOptions {
    const { link } = this.#options.config();
    const { maxAnnouncements, maxSubscriptions, maxOpenStreams } = link;
    return {
      // Each announcement and subscription of the peer holds a stream; its probes and one too many need room as well.
      maxConcurrentBidi: maxAnnouncements + maxSubscriptions + SPARE_STREAMS,
      maxConcurrentUni: maxOpenStreams + SPARE_STREAMS,
      idleTimeoutMs: link.idleTimeoutMs,
      keepAliveMs: link.keepAliveMs,
      // Who dials is not known before the handshake is over.
      controller: link.congestion,
      repair: repairOf(link.repair),
      tailCare: link.tailCare,
      socketBufferBytes: link.socketBufferBytes,
      ...(link.qlogDir !== undefined && { qlogDirectory: link.qlogDir }),
    };
  }

  #socketOptions(): Tcp.SocketOptions {
    const { congestion, notsentLowatBytes } = this.#options.config().link.tcp;
    return { congestion, notSentLowWaterBytes: notsentLowatBytes };
  }

  #muxOptions(): Tcp.MuxLinkOptions {
    const { idleTimeoutMs, keepAliveMs, maxConcurrentBidi, maxConcurrentUni } = this.#quicOptions();
    const { schedule } = this.#options.config().link.tcp;
    // In order of arrival a stream must take what its broadcast writes: else a newer group's bytes come before it.
    const buffer = schedule === 'arrival' ? ARRIVAL_BUFFER_BYTES : undefined;
    const buffers = { sendBufferBytes: buffer, totalBufferBytes: buffer };
    return { idleTimeoutMs, keepAliveMs, maxConcurrentBidi, maxConcurrentUni, schedule, ...buffers };
  }
}

/** A capped buffer loses packets of every burst at high rates: the operator can raise the cap. Of TCP there is nothing to say: the kernel sizes its buffers by itself. */
export function warnSmallBuffers(log: Logger, owner: object): void {
  const { socket } = owner as { readonly socket?: Quic.SocketBuffers };
  if (socket === undefined || Math.min(socket.receiveBytes, socket.sendBytes) >= socket.wantedBytes) return;
  const { receiveBytes, sendBytes, wantedBytes } = socket;
  log.warn(
    { receiveBytes, sendBytes, wantedBytes },
    'the system caps UDP buffers; raise net.core.rmem_max and net.core.wmem_max',
  );
}

/** Streams of a peer beside those that its announcements, subscriptions and groups hold. */
export const SPARE_STREAMS = 64;
/** What an answer to early data may take beyond its round trips. */
const EARLY_SILENCE_MS = 250;
/** Assumed of a peer that has not answered: its first packet is repeated after 0.3, 0.9, 2.1 s, so that one that starts is found soon. */
const DIAL_RTT_MS = 100;
/** 13 s of 2.5 Mbit/s: as much as relays that forward one FLV stream let a slow one fall behind before they drop. */
const ARRIVAL_BUFFER_BYTES = 4 * 1024 * 1024;
