/**
 * One relay: the composition of registry, sessions, listeners, links and admin API, and its life from start to drain.
 *
 * State: running -> draining -> stopped. Several relays may run in one process; they share nothing.
 */
import { fileURLToPath } from 'node:url';
import { type BroadcastPath, Registry } from '@longhaul/core';
import type { FastifyInstance } from 'fastify';
import { createAdmin } from './admin/api.js';
import { type Address, formatAddress } from './config/address.js';
import type { RelayConfig } from './config/config.js';
import { applyReload } from './config/reload.js';
import { FanOut } from './egress/fan-out.js';
import { RelayFigures } from './figure-source.js';
import type { FigureSource } from './figures.js';
import { MediaServer } from './http/media-server.js';
import { Links } from './links/links.js';
import { adminListen } from './listen.js';
import { type Logger, WarningLimiter } from './log.js';
import { Metrics, Tally } from './metrics.js';
import { PollTimer } from './poll-timer.js';
import { RtmpServer } from './rtmp/server.js';
import { Sessions } from './sessions.js';
import { RelayTrace } from './trace/relay-trace.js';
import { VERSION } from './version.js';

/** Addresses really bound, `host:port`. */
export interface RelayAddresses {
  rtmp?: string;
  http?: string;
  link?: string;
  /** Links over TCP, in tunnels. */
  tcp?: string;
  tunnel?: string;
  h2?: string;
  admin?: string;
}

/** What a drain met. */
export interface DrainSummary {
  /** Sessions when it began. */
  readonly publishers: number;
  readonly viewers: number;
  readonly links: number;
  /** Sessions that were still there at its end and were cut. */
  readonly cut: number;
  readonly elapsedMs: number;
}

/** A running relay. */
export interface Relay {
  readonly config: RelayConfig;
  readonly addresses: Readonly<RelayAddresses>;
  /** The figures that the admin API shows. */
  readonly figures: FigureSource;
  /** Resolves when the links' UDP port is free again: after `drain`, when the links have drained, which takes a few round trips. */
  readonly released: Promise<void>;
  /**
   * Goaway to the peers, no new sessions, then waits for those there are: at most `drainMs`. Ends what is left in each
   * protocol's way and closes everything. A second call waits for the same end.
   */
  drain(): Promise<DrainSummary>;
  /** Ends a drain under way at once. Starts one if there is none. */
  stop(): void;
  /** Applies what applies without a restart; names the keys. */
  reload(config: RelayConfig): {
    readonly applied: readonly string[];
    readonly needRestart: readonly string[];
  };
}

/** What a relay needs from its process. */
export interface RelayOptions {
  readonly log: Logger;
  /** Monotonic ms; `performance.now` by default. */
  readonly nowMs?: () => number;
}

/** Starts a relay. Rejects with `LH_RELAY_LISTEN` or `LH_RELAY_IDENTITY`; nothing is left open then. */
export async function startRelay(config: RelayConfig, options: RelayOptions): Promise<Relay> {
  const relay = new RunningRelay(config, options);
  try {
    await relay.start();
  } catch (error) {
    await relay.close();
    throw error;
  }
  return relay;
}

const PAGE_DIRECTORY = fileURLToPath(new URL('../page', import.meta.url));
/** Between looks at clients that do nothing. */
const SWEEP_MS = 250;
/** Between looks whether a drain is over. */
const DRAIN_LOOK_MS = 20;
/** For goodbyes to leave the sockets. */
const FLUSH_MS = 100;

class RunningRelay implements Relay {
  readonly addresses: RelayAddresses = {};
  readonly figures: RelayFigures;
  readonly #log: Logger;
  readonly #nowMs: () => number;
  readonly #tally = new Tally();
  readonly #registry: Registry;
  readonly #fanOut: FanOut;
  readonly #sessions: Sessions;
  readonly #poll: PollTimer;
  readonly #metrics: Metrics;
  readonly #trace: RelayTrace;
  readonly #links: Links | undefined;
  readonly #warn: (kind: string, details: object, message: string) => void;
  #rtmp: RtmpServer | undefined;
  #media: MediaServer | undefined;
  #admin: FastifyInstance | undefined;
  #sweep: NodeJS.Timeout | undefined;
  #config: RelayConfig;
  #drained: Promise<DrainSummary> | undefined;
  #hurry = false;

  constructor(config: RelayConfig, options: RelayOptions) {
    const { log, nowMs = () => performance.now() } = options;
    this.#config = config;
    this.#log = log;
    this.#nowMs = nowMs;
    this.#registry = this.#makeRegistry(config);
    this.#fanOut = new FanOut({
      nowMs,
      busyMs,
      tickMaxMs: () => this.#config.egress.tickMaxMs,
      onTick: (waitedMs) => this.#metrics.observeDelay(waitedMs),
    });
    this.#sessions = new Sessions({
      registry: this.#registry,
      fanOut: this.#fanOut,
      tally: this.#tally,
      log,
      nowMs,
      unixSeconds,
      takeOverMs: () => this.#config.rtmp.publish.takeOverMs,
      liveEdge: () => ({ ...this.#config.egress, mostMs: this.#config.viewers.maxLagMs }),
    });
    const warnings = new WarningLimiter(log);
    this.#warn = (kind, details, message) => warnings.warn(kind, details, message, nowMs());
    this.#links = this.#makeLinks(config, warnings);
    this.#poll = new PollTimer(
      {
        nextTimeoutMs: () => earliest(this.#registry.nextTimeoutMs, this.#links?.nextTimeoutMs(nowMs())),
        poll: (atMs) => {
          this.#registry.poll(atMs);
          this.#links?.poll(atMs);
        },
      },
      nowMs,
    );
    this.#registry.timers.onEarlier = () => this.#poll.rearm();
    this.figures = new RelayFigures({
      config: () => this.#config,
      addresses: this.addresses,
      registry: this.#registry,
      links: this.#links,
      hasPlayed: (path) => this.#sessions.hasPlayed(path),
      nowMs,
      draining: () => this.#drained !== undefined,
    });
    this.#metrics = new Metrics({
      tally: this.#tally,
      figures: this.figures,
      certificateNotAfterSeconds: () => this.#links?.certificateNotAfterSeconds,
      eachOpenDrop: (each) => {
        this.#links?.eachDrop((kind, reason, frames) => each(kind, `link-${reason}`, frames));
        this.#sessions.eachDrop(each);
        const { refused } = this.#registry.totals();
        for (const [reason, frames] of Object.entries(refused)) {
          for (const [kind, count] of Object.entries(frames))
            if (count > 0) each(kind, `egress-${reason}`, count);
        }
      },
    });
    this.#trace = new RelayTrace({
      relay: () => this.#config.relay.id,
      registry: this.#registry,
      links: () => this.#links?.open ?? [],
      nowMs,
    });
    this.#rtmp = config.rtmp.listen && this.#makeRtmp();
    this.#media = config.http.listen && this.#makeMedia();
  }

  get config(): RelayConfig {
    return this.#config;
  }

  /** Binds every listener, then dials. */
  async start(): Promise<void> {
    const { rtmp, http, admin } = this.#config;
    if (this.#rtmp && rtmp.listen) this.addresses.rtmp = formatAddress(await this.#rtmp.listen(rtmp.listen));
    if (this.#media && http.listen)
      this.addresses.http = formatAddress(await this.#media.listen(http.listen));
    if (admin.listen) this.addresses.admin = await this.#startAdmin(admin.listen);
    Object.assign(this.addresses, await this.#links?.start());
    this.#sweep = setInterval(() => {
      this.#rtmp?.poll(this.#nowMs());
      this.#trace.poll(this.#nowMs());
    }, SWEEP_MS);
    this.#log.info({ ...this.addresses, role: this.#config.relay.role, version: VERSION }, 'relay started');
  }

  drain(): Promise<DrainSummary> {
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  stop(): void {
    this.#hurry = true;
    void this.drain();
  }

  reload(config: RelayConfig): { applied: readonly string[]; needRestart: readonly string[] } {
    const { config: merged, applied, needRestart } = applyReload(this.#config, config);
    // What may fail comes first: a bad reload changes nothing.
    const keys = this.#links?.reload(merged) ?? [];
    this.#config = merged;
    this.#log.level = merged.log.level;
    this.#rtmp?.reload();
    this.#media?.reload();
    // Rules for broadcasts and the role may have changed.
    this.#registry.reconsider(this.#nowMs());
    return { applied: [...applied, ...keys], needRestart };
  }

  get released(): Promise<void> {
    return this.#links?.released ?? Promise.resolve();
  }

  /** Closes everything at once. Idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#sweep);
    this.#rtmp?.close();
    this.#media?.close();
    await this.#links?.close();
    this.#fanOut.close();
    this.#poll.close();
    this.#trace.close();
    await this.#admin?.close();
    this.#metrics.close();
  }

  async #drain(): Promise<DrainSummary> {
    const startMs = this.#nowMs();
    const { drainMs } = this.#config;
    const publishers = this.#tally.publishers;
    const { viewers } = this.#sessions;
    const links = this.#links?.size ?? 0;
    this.#links?.drain(drainMs);
    this.#sessions.refuseNew();
    this.#rtmp?.stopAccepting();
    this.#media?.stopAccepting();
    while (!this.#hurry && this.#nowMs() - startMs < drainMs && this.#busy()) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS));
      this.#sessions.endOrphans();
    }
    const cut = this.#sessions.size;
    this.#sessions.end('drained');
    this.#rtmp?.drain();
    this.#registry.shutDown(this.#nowMs());
    if (publishers + viewers + links > 0) await new Promise((resolve) => setTimeout(resolve, FLUSH_MS));
    await this.close();
    return { publishers, viewers, links, cut, elapsedMs: Math.round(this.#nowMs() - startMs) };
  }

  #busy(): boolean {
    return this.#sessions.size > 0 || (this.#links?.served ?? 0) > 0;
  }

  #makeRegistry(config: RelayConfig): Registry {
    return new Registry({
      relayId: config.relay.id,
      cacheLimits: config.cache,
      feedLimits: {
        mergeHoldMs: config.viewers.mergeHoldMs,
        groupHoldMs: config.viewers.groupHoldMs,
        maxLogBytes: Math.max(2 * config.viewers.maxLagBytes, MIN_LOG_BYTES),
      },
      viewerLimits: config.viewers,
      lingerMs: config.linger.viewerMs,
      publisherLingerMs: config.linger.publisherMs,
      endedLingerMs: config.linger.endedMs,
      unixSeconds,
      unknownWaitMs: config.viewers.unknownWaitMs,
      subscribeAlways: (path) => this.#config.rule(path).subscribe === 'always',
      passthrough: (path) => this.#config.rule(path).passthrough,
      jitter: () => {
        const { mode, maxMs, maxBytes } = this.#config.egress.jitterBuffer;
        return mode === 'off' ? undefined : { maxMs, maxBytes };
      },
      onFault: (error) => this.#log.error({ err: error }, 'fault'),
    });
  }

  #makeLinks(config: RelayConfig, warnings: WarningLimiter): Links | undefined {
    if (config.link.tls === undefined) return undefined;
    return new Links({
      config,
      tls: config.link.tls,
      software: `longhaul/${VERSION}`,
      port: (link) => {
        const port = this.#registry.addLink(link, this.#nowMs());
        this.#poll.rearm();
        return port;
      },
      log: this.#log,
      warnings,
      tally: this.#tally,
      nowMs: this.#nowMs,
      random: Math.random,
    });
  }

  #makeRtmp(): RtmpServer {
    return new RtmpServer({
      tally: this.#tally,
      log: this.#log,
      nowMs: this.#nowMs,
      settings: () => this.#config.rtmp,
      domainOf: (host) => this.#config.domainOf(host),
      publishTokens: (path) => this.#config.publishTokens(path),
      isTrusted: (address) => this.#config.isTrusted(address),
      publish: (path, claim) => this.#sessions.publish(path, claim),
      view: (named, socket, delivery, onOver) => this.#sessions.view(named, socket, delivery, onOver),
      warn: this.#warn,
    });
  }

  #makeMedia(): MediaServer {
    return new MediaServer({
      settings: () => this.#config.http,
      isTrusted: (address) => this.#config.isTrusted(address),
      domainOf: (host) => this.#config.domainOf(host),
      knows: (path) => this.#knows(path),
      view: (named, socket, delivery) => {
        if (this.#drained !== undefined) return false;
        this.#sessions.view(named, socket, delivery);
        return true;
      },
      figures: (host) => this.figures.body(host),
      explain: (query) => this.#trace.answer(query),
      warn: this.#warn,
      pageDirectory: PAGE_DIRECTORY,
    });
  }

  #knows(path: BroadcastPath): boolean {
    if (this.#registry.broadcast(path) !== undefined) return true;
    return this.#registry.snapshot().some((known) => known.path === path && known.announcedBy.length > 0);
  }

  async #startAdmin(address: Address): Promise<string> {
    this.#admin = await createAdmin({
      figures: this.figures,
      congestion: {
        rows: () => this.#links?.congestion.rows() ?? [],
        choose: (peer, change, who) => this.#links?.congestion.choose(peer, change, who) === true,
        forget: (peer, who) => this.#links?.congestion.forget(peer, who) === true,
      },
      explain: this.#trace,
      metrics: () => this.#metrics.text(),
    });
    return await adminListen(this.#admin, {
      address,
      key: 'admin.listen',
      onError: (error) =>
        this.#warn('accept-admin', { reason: error.message }, 'cannot accept admin connections'),
    });
  }
}

/** A viewer that lags as far as it may still finds its place in the log. */
const MIN_LOG_BYTES = 33_554_432;

/** Processor time of this process, ms. */
function busyMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}

/** For epochs. */
function unixSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}
