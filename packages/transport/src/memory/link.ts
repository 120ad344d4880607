import type { Connection, Side } from '../connection.js';
import { MemoryConnection } from './connection.js';
import { DEFAULT_MEMORY_LIMITS, type MemoryLimits } from './limits.js';
import { instantPath, type MemoryPath } from './path.js';
import { Way } from './way.js';

/** One end of a memory link. */
export interface MemoryEndOptions {
  /** The name the other end knows it by. */
  readonly name?: string;
  readonly limits?: Partial<MemoryLimits>;
}

/** How to make a memory link. Everything has a default. */
export interface MemoryLinkOptions {
  /** Of both ends; an end's own go before them. */
  readonly limits?: Partial<MemoryLimits>;
  readonly dialer?: MemoryEndOptions;
  readonly acceptor?: MemoryEndOptions;
  readonly paths?: { readonly toAcceptor: MemoryPath; readonly toDialer: MemoryPath };
  /** The link's clock starts here, ms. */
  readonly startMs?: number;
  /**
   * Makes the link drive itself: asked to call `run(nowMs)` once, not from within this call, at or after `atMs`.
   * Absent: the owner calls `flush` and `advance`.
   */
  readonly schedule?: (atMs: number, run: (nowMs: number) => void) => void;
}

/**
 * Two connections joined in memory, with windows, credit, priorities, and a path each way.
 *
 * Inputs: the connections' calls, `flush`, `advance`, `vanish`. Outputs: the connections' events, fired from within
 * `flush` and `advance` only. Holds no timer and no clock: `nextTimeoutMs` says when to advance.
 */
export class MemoryLink {
  readonly dialer: Connection;
  readonly acceptor: Connection;
  readonly #ends: readonly [MemoryConnection, MemoryConnection];
  readonly #schedule: MemoryLinkOptions['schedule'];
  readonly #ways: readonly [Way, Way];
  #nowMs: number;
  readonly #idleTimeoutsMs: Readonly<Record<Side, number>>;
  /** Since when the ends cannot hear each other. Until then they count as keeping each other alive. */
  #vanishedMs: number | undefined;
  #running = false;
  /** The earliest run that `schedule` was asked for, and its number: those asked for before it are void. */
  #scheduledMs = Number.POSITIVE_INFINITY;
  #scheduled = 0;

  constructor(options: MemoryLinkOptions = {}) {
    this.#schedule = options.schedule;
    this.#nowMs = options.startMs ?? 0;
    const paths = options.paths ?? { toAcceptor: instantPath(), toDialer: instantPath() };
    const limits = {
      dialer: { ...DEFAULT_MEMORY_LIMITS, ...options.limits, ...options.dialer?.limits },
      acceptor: { ...DEFAULT_MEMORY_LIMITS, ...options.limits, ...options.acceptor?.limits },
    };
    this.#idleTimeoutsMs = { dialer: limits.dialer.idleTimeoutMs, acceptor: limits.acceptor.idleTimeoutMs };
    const connect = (side: Side, path: MemoryPath) => {
      const other = side === 'dialer' ? 'acceptor' : 'dialer';
      return new MemoryConnection({
        side,
        peer: { name: options[other]?.name ?? other, address: `memory:${other}` },
        limits: limits[side],
        peerLimits: limits[other],
        mtuBytes: path.mtuBytes,
        rateBps: path.rateBps ?? 0,
        onWork: () => this.#wake(),
      });
    };
    const dialer = connect('dialer', paths.toAcceptor);
    const acceptor = connect('acceptor', paths.toDialer);
    this.dialer = dialer;
    this.acceptor = acceptor;
    this.#ends = [dialer, acceptor];
    this.#ways = [new Way(dialer, acceptor, paths.toAcceptor), new Way(acceptor, dialer, paths.toDialer)];
  }

  /** The link's clock, ms. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Does everything that is due at the present time, until nothing moves. Does nothing from within an event. */
  flush(): void {
    this.advance(this.#nowMs);
  }

  /** Lets time go on to `nowMs`, doing what is due on the way when it is due. Does nothing from within an event. */
  advance(nowMs: number): void {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let due = this.nextTimeoutMs(); due !== undefined && due <= nowMs; due = this.nextTimeoutMs()) {
        this.#nowMs = due;
        this.#settle();
      }
      this.#nowMs = Math.max(this.#nowMs, nowMs);
    } finally {
      this.#running = false;
    }
    this.#wake();
  }

  /** When there is something to do, absolute ms; undefined when nothing will happen by itself. */
  nextTimeoutMs(): number | undefined {
    let due = Number.POSITIVE_INFINITY;
    if (this.#ends.some((end) => end.hasEvent)) due = this.#nowMs;
    for (const way of this.#ways) due = Math.min(due, way.dueMs(this.#nowMs));
    for (const connection of this.#ends) due = Math.min(due, this.#timeoutMs(connection));
    return due === Number.POSITIVE_INFINITY ? undefined : Math.max(due, this.#nowMs);
  }

  /** From now on nothing crosses, closes included: each end learns it by its idle time-out. */
  vanish(): void {
    this.#vanishedMs ??= this.#nowMs;
    for (const way of this.#ways) way.cut();
    this.#wake();
  }

  /** Turns of the wheel at one instant. */
  #settle(): void {
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      let moved = false;
      for (const way of this.#ways) moved = way.arrive(this.#nowMs) || moved;
      for (const connection of this.#ends) {
        if (this.#timeoutMs(connection) <= this.#nowMs) connection.handleTimeout();
        if (!connection.hasEvent) continue;
        connection.deliver();
        moved = true;
      }
      for (const way of this.#ways) moved = way.depart(this.#nowMs) || moved;
      if (!moved) return;
    }
    throw new Error(
      `the link did not come to rest in ${MAX_TURNS} turns: its ends answer each other for ever`,
    );
  }

  /** When `connection` gives up. */
  #timeoutMs(connection: MemoryConnection): number {
    if (this.#vanishedMs === undefined || connection.closed) return Number.POSITIVE_INFINITY;
    return this.#vanishedMs + this.#idleTimeoutsMs[connection.side];
  }

  #wake(): void {
    if (!this.#schedule || this.#running) return;
    const due = this.nextTimeoutMs();
    if (due === undefined || due >= this.#scheduledMs) return;
    this.#scheduledMs = due;
    this.#scheduled += 1;
    const number = this.#scheduled;
    this.#schedule(due, (nowMs) => {
      // Else each void run would ask for another one, and their number would only grow.
      if (number !== this.#scheduled) return;
      this.#scheduledMs = Number.POSITIVE_INFINITY;
      // What was due earlier has had its own turn: all that is left was written since and leaves now, not in the past.
      this.#nowMs = Math.max(this.#nowMs, nowMs);
      this.advance(nowMs);
    });
  }
}

/** Far more than any exchange takes that ends. */
const MAX_TURNS = 1_000_000;
