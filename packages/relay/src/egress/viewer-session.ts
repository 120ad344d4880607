/**
 * One viewer on one socket, whatever the protocol: takes entries from its core viewer while the socket has room, starts
 * the protocol's response when it knows the tracks, and ends it when the broadcast ends, the viewer stalls or leaves.
 *
 * Inputs: wakes of the core viewer, `pump` of the fan-out, the socket's drain and close.
 * Outputs: writes, `Delivery.start / finish / refuse / abort`, one log line at the end.
 */
import type { Socket } from 'node:net';
import type { BroadcastPath, FeedEntry, Viewer, ViewerLoss, ViewerStats } from '@longhaul/core';
import type { Logger } from '../log.js';
import type { Protocol, Tally } from '../metrics.js';
import type { FanOut, Output } from './fan-out.js';
import { type Framing, joinShared } from './framing.js';

/** Which media came first from a broadcast, init data counted, for headers that say it before the first frame. */
export interface MediaFlags {
  readonly audio: boolean;
  readonly video: boolean;
}

/** What a protocol does with a viewer's bytes and ends. Each of the four ends is called at most once. */
export interface Delivery {
  readonly protocol: Protocol;
  readonly framing: Framing;
  /** Writes what comes before the first tag. */
  start(flags: MediaFlags): void;
  /** The broadcast ended after `start`: ends the response as the protocol says a complete one ends. */
  finish(reason: string): void;
  /** It ended before `start`: there is nothing to see. */
  refuse(reason: string): void;
  /** Cuts the viewer off in the middle. */
  abort(reason: string): void;
}

/** What a `ViewerSession` works with. */
export interface ViewerSessionOptions {
  readonly path: BroadcastPath;
  readonly viewer: Viewer;
  readonly delivery: Delivery;
  readonly socket: Socket;
  readonly fanOut: FanOut;
  readonly tally: Tally;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** Hears of frames that were written as they came; not of those that a viewer begins with. */
  readonly onWritten?: (entries: readonly FeedEntry[], nowMs: number) => void;
  /** Called once, when all is over. */
  readonly onOver: (session: ViewerSession) => void;
}

type State =
  | { readonly name: 'waiting' }
  /** Init frames that come before the first media frame: by then every track is known. */
  | { readonly name: 'holding'; readonly entries: FeedEntry[]; readonly sinceMs: number }
  | { readonly name: 'playing' }
  | { readonly name: 'over' };

/** See the head of the file. */
export class ViewerSession implements Output {
  readonly path: BroadcastPath;
  readonly #options: ViewerSessionOptions;
  readonly #startedMs: number;
  #state: State = { name: 'waiting' };
  #bytes = 0;
  #frames = 0;

  constructor(options: ViewerSessionOptions) {
    this.#options = options;
    this.path = options.path;
    this.#startedMs = options.nowMs();
  }

  /** Call once. May end the session at once. */
  start(): void {
    const { tally, delivery, viewer, fanOut, socket } = this.#options;
    tally.viewers[delivery.protocol] += 1;
    viewer.onWake = () => fanOut.wake(this);
    socket.on('drain', this.#onDrain);
    socket.on('close', this.#onClose);
    fanOut.pumpNow(this);
  }

  /** True from the first written frame on. */
  get isPlaying(): boolean {
    return this.#state.name === 'playing';
  }

  /** Calls `each` for the frames that it lost so far for reasons of its own. */
  eachLoss(each: (kind: string, reason: string, frames: number) => void): void {
    const { lost } = this.#options.viewer.stats;
    for (const [reason, label] of Object.entries(LOSS_LABELS)) {
      for (const [kind, frames] of Object.entries(lost[reason as keyof typeof LOSS_LABELS])) {
        if (frames > 0) each(kind, label, frames);
      }
    }
  }

  /** Writes what there is while the socket has room. */
  pump(nowMs: number): boolean {
    const { viewer, socket } = this.#options;
    let budget = PUMP_BYTES;
    while (this.#state.name !== 'over' && !socket.writableNeedDrain && !socket.destroyed) {
      if (budget <= 0) return true;
      const entries = viewer.take(nowMs, { maxBytes: WRITE_BYTES });
      if (entries.length === 0) break;
      budget -= this.#deliver(entries, nowMs);
    }
    if (this.#state.name !== 'over') this.#checkEnd();
    return false;
  }

  /** Ends the session from this side, as for a drain. Idempotent. */
  end(reason: string): void {
    const { delivery } = this.#options;
    const { name } = this.#state;
    if (name === 'over') return;
    this.#over(reason);
    if (name === 'playing') delivery.finish(reason);
    else delivery.refuse(reason);
  }

  /** The client ended it in the protocol's way: nothing is left to say. Idempotent. */
  leave(reason: string): void {
    if (this.#state.name !== 'over') this.#over(reason);
  }

  #deliver(entries: readonly FeedEntry[], nowMs: number): number {
    const { delivery, socket, tally } = this.#options;
    const ready = this.#state.name === 'playing' ? entries : this.#hold(entries, nowMs);
    if (ready.length === 0) return 0;
    const bytes = joinShared(delivery.framing, ready);
    socket.write(bytes);
    if (ready === entries) this.#options.onWritten?.(entries, nowMs);
    this.#bytes += bytes.length;
    this.#frames += ready.length;
    tally.mediaOut[delivery.protocol].bytes += bytes.length;
    tally.mediaOut[delivery.protocol].frames += ready.length;
    return bytes.length;
  }

  /** Gathers what comes before the first media frame, then starts the response. */
  #hold(entries: readonly FeedEntry[], nowMs: number): readonly FeedEntry[] {
    const held =
      this.#state.name === 'holding'
        ? this.#state
        : { name: 'holding' as const, entries: [], sinceMs: nowMs };
    held.entries.push(...entries);
    const known = held.entries.some(({ media, frame }) => media !== 'data' && frame.kind !== 'init');
    if (!known && held.entries.length < HELD_ENTRIES && nowMs - held.sinceMs < HOLD_MS) {
      this.#state = held;
      return [];
    }
    this.#state = { name: 'playing' };
    this.#options.delivery.start({
      audio: held.entries.some(({ media }) => media === 'audio'),
      video: held.entries.some(({ media }) => media === 'video'),
    });
    return held.entries;
  }

  #checkEnd(): void {
    const { viewer, delivery } = this.#options;
    const { state } = viewer;
    if (state.kind === 'ended') {
      this.end(state.reason);
    } else if (state.kind === 'stalled') {
      this.#over('stalled');
      delivery.abort('stalled');
    }
  }

  readonly #onDrain = (): void => {
    const { viewer, fanOut, nowMs } = this.#options;
    viewer.progress(nowMs());
    fanOut.wake(this);
  };

  readonly #onClose = (): void => this.leave('viewer left');

  #over(reason: string): void {
    const { viewer, socket, tally, log, delivery, nowMs, onOver } = this.#options;
    this.#state = { name: 'over' };
    socket.off('drain', this.#onDrain);
    socket.off('close', this.#onClose);
    viewer.onWake = undefined;
    const { dropped, lost, skips } = viewer.stats;
    this.eachLoss((kind, label, frames) => tally.drop(kind, label, frames));
    viewer.close(nowMs());
    tally.viewers[delivery.protocol] -= 1;
    tally.end('viewer', reason.replaceAll(' ', '-'));
    log.info(
      {
        path: this.path,
        protocol: delivery.protocol,
        reason,
        bytes: this.#bytes,
        frames: this.#frames,
        dropped,
        lost: framesByReason(lost),
        skips,
        durationMs: Math.round(nowMs() - this.#startedMs),
      },
      'viewer ended',
    );
    onOver(this);
  }
}

/** Frames of all kinds by reason, reasons without any left out. */
function framesByReason(lost: ViewerStats['lost']): Partial<Record<ViewerLoss, number>> {
  const sums = Object.entries(lost).map(([reason, frames]) => [
    reason,
    Object.values(frames).reduce((sum, count) => sum + count, 0),
  ]);
  return Object.fromEntries(sums.filter(([, count]) => count !== 0));
}

/** Why a viewer lost frames, in the metrics. What no viewer got is counted once for all, not for each. */
const LOSS_LABELS = {
  join: 'viewer-join',
  lag: 'viewer-behind',
  stall: 'viewer-stalled',
} as const satisfies Partial<Record<ViewerLoss, string>>;

/** Bytes of one write: small enough that a slow socket shows progress between two of them. */
const WRITE_BYTES = 262_144;
/** Bytes a viewer writes in a row before others have their turn. */
const PUMP_BYTES = 4_194_304;
/** A broadcast of script data alone starts after this many entries or this long. */
const HELD_ENTRIES = 64;
const HOLD_MS = 500;
