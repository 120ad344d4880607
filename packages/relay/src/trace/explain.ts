/** Puts together where the delay of the last minute came from, for one link or one broadcast. */
import type { MinuteView, PathSnapshot, Quantile, Registry } from '@longhaul/core';
import { nearest } from '../config/nearest.js';
import type { DelayWay, Explanation, LinkMinuteFigure, ViewersFigure } from './figures.js';
import type { LinkMinuteView, OpeningGauges } from './link-minute.js';
import { advice, busy, mechanisms, skips } from './mechanisms.js';
import type { Stalls } from './stalls.js';
import { sentence } from './words.js';

/** What is asked for. */
export type Subject = { readonly kind: 'link' | 'broadcast'; readonly name: string };

/** There is no such link or broadcast. */
export interface Unknown {
  readonly unknown: string;
}

/** A link as the explanation needs it. */
export interface ExplainedLink {
  readonly peer: string;
  /** Frames that came over it, frames that left, and those of one broadcast. */
  received(nowMs: number): MinuteView | undefined;
  sent(nowMs: number): MinuteView | undefined;
  sentOf(path: string, nowMs: number): MinuteView | undefined;
  minute(nowMs: number): LinkMinuteView | undefined;
}

/** Where an explanation is read. */
export interface ExplainerOptions {
  readonly relay: () => string;
  readonly registry: Registry;
  readonly links: () => readonly ExplainedLink[];
  readonly nowMs: () => number;
  /** When this process was kept from running in the last minute. */
  readonly stalls: () => Stalls;
}

/** Answers `GET /api/v1/explain`. */
export class Explainer {
  readonly #options: ExplainerOptions;

  constructor(options: ExplainerOptions) {
    this.#options = options;
  }

  /** The last minute of a link or a broadcast; with the nearest names when there is none of that name. */
  explain(subject: Subject): Explanation | Unknown {
    return subject.kind === 'link' ? this.#link(subject.name) : this.#broadcast(subject.name);
  }

  #link(name: string): Explanation | Unknown {
    const links = this.#options.links();
    const link = links.find(({ peer }) => peer === name);
    if (link === undefined)
      return unknown(
        'link',
        name,
        links.map(({ peer }) => peer),
      );
    const { registry, nowMs } = this.#options;
    const now = nowMs();
    // What nobody watched counts for the link too, and only a look at its broadcast counts it.
    for (const { path } of registry.snapshot()) registry.broadcast(path)?.delays.settle(now);
    const figure = figureOf(link, now);
    const ways = [
      wayOf('received', link.received(now), figure),
      wayOf('sent', link.sent(now), figure),
    ].filter((way) => way !== undefined);
    return this.#explanation({ kind: 'link', name }, ways, figure === undefined ? [] : [figure]);
  }

  #broadcast(name: string): Explanation | Unknown {
    const { registry, nowMs } = this.#options;
    const row = broadcastNamed(registry, name);
    if ('unknown' in row) return row;
    const now = nowMs();
    const links = this.#options.links();
    const figures = new Map(links.map((link) => [link.peer, figureOf(link, now)]));
    const source = row.source.kind === 'link' ? row.source.peer : undefined;
    const inbound = registry.broadcast(row.path)?.delays.view(now);
    const ways = [wayOf(source === undefined ? 'published' : 'received', inbound, figures.get(source ?? ''))];
    const peers = new Set(source === undefined ? [] : [source]);
    for (const link of links) {
      const sent = link.sentOf(row.path, now);
      if (sent === undefined) continue;
      peers.add(link.peer);
      ways.push(wayOf('sent', sent, figures.get(link.peer)));
    }
    const used = [...peers].map((peer) => figures.get(peer)).filter((figure) => figure !== undefined);
    const subject = { kind: 'broadcast' as const, name: row.path };
    return this.#explanation(
      subject,
      ways.filter((way) => way !== undefined),
      used,
      viewersOf(row, now),
    );
  }

  #explanation(
    subject: Subject,
    ways: DelayWay[],
    links: LinkMinuteFigure[],
    viewers?: ViewersFigure,
  ): Explanation {
    const stalls = this.#options.stalls();
    return {
      subject,
      relay: this.#options.relay(),
      ways,
      links,
      ...(viewers !== undefined && { viewers }),
      mechanisms: [...links.flatMap(mechanisms), ...skips(viewers), ...busy(stalls)],
      advice: advice(ways, links, stalls),
    };
  }
}

/** One way with the flight of its link added, which is the same for all frames. */
function wayOf(
  direction: DelayWay['direction'],
  view: MinuteView | undefined,
  link: LinkMinuteFigure | undefined,
): DelayWay | undefined {
  if (view === undefined) return undefined;
  const flightMs = direction === 'published' || link === undefined ? 0 : link.minRttMs / 2;
  const flown = ({ totalMs, parts }: Quantile): Quantile => ({
    totalMs: totalMs + flightMs,
    parts: { ...parts, flight: flightMs },
  });
  const second = ({ frames, worstMs, parts }: MinuteView['keys']) =>
    frames === 0
      ? { frames, worstMs, parts }
      : { frames, worstMs: worstMs + flightMs, parts: { ...parts, flight: flightMs } };
  const way = {
    direction,
    ...(link !== undefined && { peer: link.peer }),
    frames: view.frames,
    p50: flown(view.p50),
    p95: flown(view.p95),
    p99: flown(view.p99),
    worstMs: view.worstMs + flightMs,
    recovered: view.recovered,
    keys: second(view.keys),
    seconds: view.seconds.map(second),
  };
  return { ...way, sentence: sentence(way, link) };
}

function figureOf(link: ExplainedLink, nowMs: number): LinkMinuteFigure | undefined {
  const view = link.minute(nowMs);
  if (view === undefined) return undefined;
  const { counted, now, spanMs } = view;
  const perSecond = (bytes: number) => (spanMs > 0 ? (bytes * 8_000) / spanMs : 0);
  const { repeatedBytes, datagramBytes } = counted;
  // The first look at a link that was opened a moment ago comes after some of it.
  const warmUpBytes = (view.openings > 0 ? now.warmUpBytes : counted.warmUpBytes) ?? 0;
  const { repairSymbolsSent, repairSymbolsRefused, repairSymbolsReceived, repairedBytes } = counted;
  return {
    peer: link.peer,
    spanMs,
    rttMs: view.meanRttMs,
    minRttMs: view.leastRttMs,
    sentBps: perSecond(counted.bytesSent),
    receivedBps: perSecond(counted.bytesReceived),
    packetsSent: counted.packetsSent,
    packetsLost: counted.packetsLost,
    ...(now.lossBurst !== undefined && { lossBurst: now.lossBurst }),
    ...(repeatedBytes !== undefined && { repeatedBytes }),
    ...(datagramBytes !== undefined && { datagramBytes }),
    ...(warmUpBytes > 0 && { warmUpBytes }),
    ...(now.repairs !== undefined && { repairs: now.repairs }),
    ...(repairSymbolsSent !== undefined && { repairSymbolsSent }),
    ...(repairSymbolsRefused !== undefined && { repairSymbolsRefused }),
    ...(repairSymbolsReceived !== undefined && { repairSymbolsReceived }),
    ...(repairedBytes !== undefined && { repairedBytes }),
    dropped: { ...counted.dropped },
    ...(now.algorithm !== undefined && { algorithm: now.algorithm }),
    algorithmSwitches: view.algorithmSwitches,
    openings: view.openings,
    ...(view.openings > 0 && now.opening !== undefined && { opening: openingOf(now.opening) }),
    ...(now.deliveryRateBps !== undefined && { deliveryRateBps: now.deliveryRateBps }),
    ...(now.appLimited !== undefined && { appLimited: now.appLimited }),
  };
}

function openingOf({
  connectMs,
  earlyData,
  rememberedBps,
}: OpeningGauges): NonNullable<LinkMinuteFigure['opening']> {
  return {
    ...(connectMs !== undefined && { connectMs }),
    ...(earlyData !== undefined && { earlyData }),
    ...(rememberedBps !== undefined && { rememberedBps }),
  };
}

/** What the viewers of a broadcast did; undefined when there were none. */
function viewersOf({ viewers, egress }: PathSnapshot, nowMs: number): ViewersFigure | undefined {
  if (egress === undefined) return undefined;
  return { now: viewers, skips: egress.skipTimesMs.filter((atMs) => nowMs - atMs < MINUTE_MS).length };
}

/** The broadcast of this path, or the only one whose path ends with it; else the nearest names. */
export function broadcastNamed(registry: Registry, name: string): PathSnapshot | Unknown {
  const known = registry.snapshot();
  const exact = known.find(({ path }) => path === name);
  if (exact !== undefined) return exact;
  const [ending, another] = known.filter(({ path }) => path.endsWith(`/${name}`));
  if (ending !== undefined && another === undefined) return ending;
  const paths = (ending === undefined ? known : [ending, another]).flatMap((row) => row?.path ?? []);
  return unknown('broadcast', name, paths);
}

function unknown(kind: string, asked: string, known: readonly string[]): Unknown {
  // Names come from outside, and how near they are takes time by their length.
  const name = asked.slice(0, MOST_LETTERS);
  const near = nearest(name, known.slice(0, MOST_COMPARED));
  const there =
    known.length === 0 ? `there is no ${kind} at all` : `there are ${known.slice(0, MOST_NAMES).join(', ')}`;
  return {
    unknown: `there is no ${kind} "${name}"${near === undefined ? `; ${there}` : `; did you mean "${near}"?`}`,
  };
}

/** Names that a message lists, those that are compared, and letters of one. */
const MOST_NAMES = 8;
const MOST_COMPARED = 1_000;
const MOST_LETTERS = 128;

const MINUTE_MS = 60_000;
