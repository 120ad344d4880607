/**
 * What the page reads of a relay: `GET /figures.json`, polled. The shape is the relay's; a field that this build does
 * not know is ignored, one that is absent is shown as unknown.
 */

/** Where the media of a broadcast comes from at this relay. */
export interface Source {
  readonly kind: 'publisher' | 'link';
  /** The publisher's address or the peer's relay id. */
  readonly name: string;
}

/** One track as the relay classifies it. */
export interface TrackFigures {
  /** `video0`, `audio0` ... */
  readonly name: string;
  readonly codec?: string;
}

/** One broadcast at this relay. */
export interface BroadcastFigures {
  /** `domain/app/stream`. */
  readonly path: string;
  readonly epoch: number;
  /** `waiting`: asked for and not here yet; `ended`: the publisher left, viewers are kept for a while. */
  readonly state: 'live' | 'waiting' | 'ended';
  readonly source?: Source;
  readonly viewers: number;
  readonly downstream?: number;
  readonly tracks: readonly TrackFigures[];
  /** Payload bytes and frames since the epoch began. */
  readonly bytesReceived: number;
  readonly framesReceived: number;
  readonly framesDropped?: number;
  readonly bufferedMs?: number;
  /** How much later than the earliest frame of this epoch the newest one came, ms. */
  readonly lagMs?: number | null;
  /** `flv` and `webSocket` are absolute paths on this origin, `rtmp` is a whole URL; absent: not offered. */
  readonly play: { readonly flv?: string; readonly webSocket?: string; readonly rtmp?: string };
}

/** One link; the numbers are there while it is connected. Bytes and packets count since it opened. */
export interface LinkFigures {
  readonly peer: string;
  readonly address?: string;
  readonly side: 'dialer' | 'acceptor';
  readonly state: 'connecting' | 'open' | 'draining' | 'closed';
  readonly transport?: 'quic' | 'tcp' | 'quic-tunnel' | 'h2';
  /** Congestion control algorithm of what is sent here. */
  readonly congestion?: string;
  /** Where the algorithm stands, such as startup. */
  readonly congestionPhase?: string;
  readonly rttMs?: number;
  readonly minRttMs?: number;
  readonly cwndBytes?: number;
  readonly bytesInFlight?: number;
  /** 0: unpaced. */
  readonly pacingRateBps?: number;
  readonly deliveryRateBps?: number;
  readonly notSentBytes?: number;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  readonly packetsSent?: number;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly mtuBytes?: number;
  readonly bytesQueued?: number;
  readonly streamsOpen?: number;
  readonly subscriptionsIn?: number;
  readonly subscriptionsOut?: number;
}

/** Everything the page shows. */
export interface Figures {
  /** The relay's monotonic clock when these were taken, ms. */
  readonly nowMs: number;
  readonly relay: {
    readonly id: string;
    readonly role: string;
    readonly region?: string;
    readonly version: string;
    readonly uptimeMs: number;
  };
  readonly urls: { readonly push?: string; readonly rtmp?: string };
  readonly broadcasts: readonly BroadcastFigures[];
  readonly links: readonly LinkFigures[];
}

/** What is known of the relay now. `lost` keeps the last figures so that the page does not go blank. */
export type RelayView =
  | { readonly state: 'connecting' }
  | { readonly state: 'known'; readonly figures: Figures }
  | { readonly state: 'lost'; readonly figures: Figures | undefined; readonly reason: string };

/** A request that takes longer counts as lost. */
const requestTimeoutMs = 5_000;

/** Checks the parts without which nothing can be shown; the relay is ours, so a wrong shape means a wrong version. */
export function parseFigures(value: unknown): Figures {
  const figures = value as Partial<Figures> | null;
  if (
    typeof figures !== 'object' ||
    figures === null ||
    typeof figures.nowMs !== 'number' ||
    typeof figures.relay?.id !== 'string' ||
    !Array.isArray(figures.broadcasts) ||
    !Array.isArray(figures.links)
  ) {
    throw new TypeError('figures.json is not of the shape this page knows: reload it');
  }
  return { ...(figures as Figures), urls: figures.urls ?? {} };
}

/** Fetches the figures once. Rejects with an Error whose message can be shown. */
export async function fetchFigures(signal: AbortSignal): Promise<Figures> {
  const response = await fetch('/figures.json', {
    cache: 'no-store',
    signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
  });
  if (!response.ok) throw new Error(`the relay answered ${response.status}`);
  return parseFigures(await response.json());
}

/** The broadcast that the address bar names, `#/default/live/sample`, so that a page can be shared; undefined when it names none. */
export function pathInHash(hash: string): string | undefined {
  const text = hash.replace(/^#\/?/, '');
  try {
    return decodeURIComponent(text) || undefined;
  } catch {
    return undefined;
  }
}

/** The broadcast to play: the one asked for by path if it is here, else the first live one, else the first. */
export function chooseBroadcast(
  broadcasts: readonly BroadcastFigures[],
  wanted: string | undefined,
): BroadcastFigures | undefined {
  return (
    broadcasts.find((broadcast) => broadcast.path === wanted) ??
    broadcasts.find((broadcast) => broadcast.state === 'live') ??
    broadcasts[0]
  );
}
