/** Prometheus metrics. Hot paths add to plain numbers in a `Tally`; a scrape copies them. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { FigureSource, LinkFigure } from './figures.js';

/** Protocols of ingest and egress, as label values. */
export type Protocol = 'rtmp' | 'http-flv' | 'websocket-flv';

/** Running totals of one relay. */
export class Tally {
  readonly mediaIn = { bytes: 0, frames: 0 };
  readonly mediaOut: Record<Protocol, { bytes: number; frames: number }> = {
    rtmp: { bytes: 0, frames: 0 },
    'http-flv': { bytes: 0, frames: 0 },
    'websocket-flv': { bytes: 0, frames: 0 },
  };
  /** Sessions now. */
  readonly viewers: Record<Protocol, number> = { rtmp: 0, 'http-flv': 0, 'websocket-flv': 0 };
  publishers = 0;
  /** Sessions ended, by kind and reason; reasons are literals of ours. */
  readonly ended = new Map<string, number>();
  /** Frames dropped, `kind reason`. */
  readonly dropped = new Map<string, number>();

  /** Counts the end of a session: `kind` is viewer, publisher or link. */
  end(kind: 'viewer' | 'publisher' | 'link', reason: string): void {
    bump(this.ended, `${kind} ${reason}`, 1);
  }

  /** Counts dropped frames of one kind. */
  drop(frameKind: string, reason: string, frames: number): void {
    if (frames > 0) bump(this.dropped, `${frameKind} ${reason}`, frames);
  }
}

const SECONDS_PER_MS = 0.001;
const DELAY_BUCKETS_S = [0.0001, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5];

/** What the metrics are made of. */
export interface MetricsOptions {
  readonly tally: Tally;
  readonly figures: FigureSource;
  /** Calls back with the frames that the links and viewers open now have lost. */
  readonly eachOpenDrop: (each: (kind: string, reason: string, frames: number) => void) => void;
  /** When the certificate of the links ends, seconds since 1970; undefined without links. */
  readonly certificateNotAfterSeconds: () => number | undefined;
}

/** The registry of one relay; nothing is global, so that several relays run in one process. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #delay: Histogram;

  constructor({ tally, figures, eachOpenDrop, certificateNotAfterSeconds }: MetricsOptions) {
    const { id } = figures.relay();
    this.#registry.setDefaultLabels({ relay: id });
    // Event loop lag, memory, CPU and file descriptors of the process: nodejs_*, process_*.
    collectDefaultMetrics({ register: this.#registry, prefix: 'longhaul_' });
    this.#addTotals(tally, eachOpenDrop);
    this.#addGauges(tally, figures);
    this.#addLinks(figures);
    this.#addRepair(figures);
    this.#gauge(
      'longhaul_link_certificate_not_after_seconds',
      'When the certificate of this relay ends, seconds since 1970',
      [],
      (set) => {
        const seconds = certificateNotAfterSeconds();
        if (seconds !== undefined) set(seconds);
      },
    );
    this.#delay = new Histogram({
      name: 'longhaul_egress_added_delay_seconds',
      help: 'From the moment an egress hears of a frame to the write to its viewers',
      buckets: DELAY_BUCKETS_S,
      registers: [this.#registry],
    });
  }

  /** One tick of the fan-out waited this long. */
  observeDelay(ms: number): void {
    this.#delay.observe(ms * SECONDS_PER_MS);
  }

  /** The text of a scrape. */
  async text(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  /** Stops what a scrape measures in the background. */
  close(): void {
    this.#registry.clear();
  }

  #addTotals(tally: Tally, eachOpenDrop: MetricsOptions['eachOpenDrop']): void {
    this.#total('longhaul_media_received_bytes_total', 'Media payload from publishers', [], (set) =>
      set(tally.mediaIn.bytes),
    );
    this.#total('longhaul_frames_received_total', 'Frames from publishers', [], (set) =>
      set(tally.mediaIn.frames),
    );
    this.#total('longhaul_media_sent_bytes_total', 'Bytes to viewers', ['protocol'], (set) => {
      for (const [protocol, out] of Object.entries(tally.mediaOut)) set(out.bytes, { protocol });
    });
    this.#total('longhaul_frames_sent_total', 'Frames to viewers', ['protocol'], (set) => {
      for (const [protocol, out] of Object.entries(tally.mediaOut)) set(out.frames, { protocol });
    });
    this.#total('longhaul_frames_dropped_total', 'Frames dropped', ['kind', 'reason'], (set) => {
      for (const [key, frames] of tally.dropped) {
        const [kind = '', reason = ''] = key.split(' ');
        set(frames, { kind, reason });
      }
      // What open links and viewers have counted is added to what closed ones left in the tally.
      eachOpenDrop((kind, reason, frames) => set(frames, { kind, reason }));
    });
    this.#total('longhaul_sessions_ended_total', 'Sessions ended', ['kind', 'reason'], (set) => {
      for (const [key, sessions] of tally.ended) {
        const [kind = '', reason = ''] = key.split(' ');
        set(sessions, { kind, reason });
      }
    });
  }

  #addGauges(tally: Tally, figures: FigureSource): void {
    this.#gauge('longhaul_viewers', 'Viewers now', ['protocol'], (set) => {
      for (const [protocol, viewers] of Object.entries(tally.viewers)) set(viewers, { protocol });
    });
    this.#gauge('longhaul_publishers', 'Publishers now', [], (set) => set(tally.publishers));
    this.#gauge('longhaul_broadcasts', 'Broadcasts by state', ['state'], (set) => {
      const states = { live: 0, waiting: 0, ended: 0 };
      for (const { state } of figures.broadcasts()) states[state] += 1;
      for (const [state, broadcasts] of Object.entries(states)) set(broadcasts, { state });
    });
    this.#gauge('longhaul_groups', 'Groups in the caches of all broadcasts', [], (set) =>
      set(figures.broadcasts().reduce((sum, { groups }) => sum + (groups ?? 0), 0)),
    );
    this.#gauge('longhaul_cache_bytes', 'Bytes in the caches of all broadcasts', [], (set) =>
      set(figures.broadcasts().reduce((sum, { bufferedBytes }) => sum + (bufferedBytes ?? 0), 0)),
    );
    this.#gauge('longhaul_link_streams', 'Media streams open on all links', [], (set) =>
      set(figures.links().reduce((sum, { streamsOpen }) => sum + (streamsOpen ?? 0), 0)),
    );
    this.#gauge('longhaul_links', 'Links by state', ['state'], (set) => {
      const states: Record<string, number> = { connecting: 0, open: 0, draining: 0, closed: 0 };
      for (const { state } of figures.links()) states[state] = (states[state] ?? 0) + 1;
      for (const [state, links] of Object.entries(states)) set(links, { state });
    });
  }

  /** What carries each link, and who decides how fast it sends. */
  #addCarriers(figures: FigureSource): void {
    this.#gauge(
      'longhaul_link_transport',
      'What carries the link: 1 for it',
      ['peer', 'transport'],
      (set) => {
        for (const { peer, transport } of figures.links())
          if (transport !== undefined) set(1, { peer, transport });
      },
    );
    this.#gauge(
      'longhaul_link_congestion',
      'Congestion control of what is sent: 1 for the algorithm and its phase',
      ['peer', 'algorithm', 'phase'],
      (set) => {
        for (const { peer, congestion: algorithm, congestionPhase: phase = '' } of figures.links())
          if (algorithm !== undefined) set(1, { peer, algorithm, phase });
      },
    );
  }

  #addLinks(figures: FigureSource): void {
    this.#addCarriers(figures);
    const each = (
      key: 'rttMs' | 'minRttMs' | 'cwndBytes' | 'bytesInFlight' | 'pacingRateBps' | 'bytesQueued',
      scale = 1,
    ) => {
      return (set: Setter) => {
        for (const link of figures.links())
          if (link[key] !== undefined) set(link[key] * scale, { peer: link.peer });
      };
    };
    this.#gauge('longhaul_link_rtt_seconds', 'Smoothed round trip', ['peer'], each('rttMs', SECONDS_PER_MS));
    this.#gauge(
      'longhaul_link_min_rtt_seconds',
      'Least round trip',
      ['peer'],
      each('minRttMs', SECONDS_PER_MS),
    );
    this.#gauge('longhaul_link_cwnd_bytes', 'Congestion window', ['peer'], each('cwndBytes'));
    this.#gauge('longhaul_link_in_flight_bytes', 'Bytes in flight', ['peer'], each('bytesInFlight'));
    this.#gauge('longhaul_link_pacing_bits_per_second', 'Pacing rate', ['peer'], each('pacingRateBps'));
    this.#gauge(
      'longhaul_link_queued_bytes',
      'Written and not with the engine',
      ['peer'],
      each('bytesQueued'),
    );
    const total = (
      key:
        | 'bytesSent'
        | 'bytesReceived'
        | 'packetsSent'
        | 'packetsReceived'
        | 'packetsLost'
        | 'datagramsDropped',
    ) => {
      return (set: Setter) => {
        for (const link of figures.links()) if (link[key] !== undefined) set(link[key], { peer: link.peer });
      };
    };
    this.#total('longhaul_link_sent_bytes_total', 'UDP payload sent', ['peer'], total('bytesSent'));
    this.#total(
      'longhaul_link_received_bytes_total',
      'UDP payload received',
      ['peer'],
      total('bytesReceived'),
    );
    this.#total('longhaul_link_sent_packets_total', 'Packets sent', ['peer'], total('packetsSent'));
    this.#total(
      'longhaul_link_received_packets_total',
      'Packets received',
      ['peer'],
      total('packetsReceived'),
    );
    this.#total('longhaul_link_lost_packets_total', 'Packets lost', ['peer'], total('packetsLost'));
    this.#total(
      'longhaul_link_dropped_datagrams_total',
      'Datagrams dropped here',
      ['peer'],
      total('datagramsDropped'),
    );
  }

  /** What repair spends on each link, and what comes of it. */
  #addRepair(figures: FigureSource): void {
    type Repair = NonNullable<LinkFigure['repair']>;
    const total = (
      name: string,
      help: string,
      label: string | undefined,
      counts: (repair: Repair) => Readonly<Record<string, number>>,
    ) => {
      const labels = label === undefined ? ['peer'] : ['peer', label];
      this.#total(`longhaul_link_repair_${name}_total`, help, labels, (set) => {
        for (const { peer, repair } of figures.links()) {
          for (const [value, symbols] of Object.entries(repair === undefined ? {} : counts(repair)))
            set(symbols, { peer, ...(label !== undefined && { [label]: value }) });
        }
      });
    };
    total('sent_symbols', 'Repair symbols sent', 'cause', ({ sentOnLoss, sentAhead }) => ({
      loss: sentOnLoss,
      ahead: sentAhead,
    }));
    total('sent_bytes', 'Bytes of repair symbols sent', undefined, ({ sentBytes }) => ({ all: sentBytes }));
    total('unsent_symbols', 'Repair symbols that were wanted and not sent', 'reason', (repair) => ({
      acknowledged: repair.cancelled,
      budget: repair.refusedByBudget,
      queue: repair.refusedByQueue,
    }));
    total('received_symbols', 'Repair symbols that came', undefined, ({ received }) => ({ all: received }));
    total('resolved_symbols', 'What became of repair symbols that came', 'outcome', (repair) => ({
      used: repair.used,
      useless: repair.useless,
      wrong: repair.wrong,
    }));
    total('repaired_bytes', 'Bytes that symbols brought before their stream', undefined, (repair) => ({
      all: repair.repairedBytes,
    }));
  }

  #total(name: string, help: string, labelNames: readonly string[], collect: (set: Setter) => void): void {
    new Counter({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      collect() {
        this.reset();
        collect((value, labels) => this.inc(labels ?? {}, value));
      },
    });
  }

  #gauge(name: string, help: string, labelNames: readonly string[], collect: (set: Setter) => void): void {
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      collect() {
        this.reset();
        collect((value, labels) => this.set(labels ?? {}, value));
      },
    });
  }
}

type Setter = (value: number, labels?: Record<string, string>) => void;

function bump(map: Map<string, number>, key: string, by: number): void {
  map.set(key, (map.get(key) ?? 0) + by);
}
