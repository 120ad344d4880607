/** Who runs under `npm start`, and how all of it ends together. */
import { setTimeout as sleep } from 'node:timers/promises';
import { asCliError, type CliError } from '../errors.js';
import { SAME_KEY_PRESS_MS } from '../interrupt.js';
import type { Output } from '../output.js';
import { type DrainSummary, RelayChild } from './relay-child.js';
import type { SampleBroadcast } from './sample-broadcast.js';

/** What one relay's drain said; undefined when it said nothing. */
export interface Drained {
  readonly name: string;
  readonly summary: DrainSummary | undefined;
}

/** A dead child is reported within this, when the machine is busy too. */
const DEATH_NOTICE_MS = 1_000;
/** Longer than any drain of the configs here: a relay that still runs then is stuck. */
const STOP_TIMEOUT_MS = 6_000;

/** Inputs: `add` for each member, the process's signals. `run` lasts until all shall end, then `stop` ends every member. */
export class Supervision {
  readonly #output: Output;
  readonly #relays: RelayChild[] = [];
  readonly #controller = new AbortController();
  #sample: SampleBroadcast | undefined;
  #failure: CliError | undefined;
  #stopAskedMs: number | undefined;

  constructor(output: Output) {
    this.#output = output;
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
    process.on('exit', this.#onExit);
  }

  /** Aborts when all shall end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why all shall end, when nobody asked for it. */
  get failure(): CliError | undefined {
    return this.#failure;
  }

  add(member: RelayChild | SampleBroadcast): void {
    if (!(member instanceof RelayChild)) {
      this.#sample = member;
      return;
    }
    this.#relays.push(member);
    void member.ended.then(() => {
      if (!member.stopping) this.fail(member.diedError());
    });
  }

  /** Ends all for this reason; the first one counts. */
  fail(error: CliError): void {
    if (this.#controller.signal.aborted) return;
    this.#failure = error;
    this.#controller.abort();
  }

  /** As `fail`, unless a relay turns out to have died: what breaks because of that is often heard of first. */
  failUnlessRelayDied(error: CliError): void {
    setTimeout(() => this.fail(error), DEATH_NOTICE_MS).unref();
  }

  /** Resolves when all shall end: somebody asked for it, a relay died, or `work` rejected. */
  run(work: Promise<void>): Promise<void> {
    work.catch((error: unknown) => this.failUnlessRelayDied(asCliError(error, 'LH_CLI_CHILD')));
    return this.#untilStopped();
  }

  #untilStopped(): Promise<void> {
    const { signal } = this;
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Ends the sample, drains the relays, and kills what has not ended in time. Returns what the drains said. */
  async stop(): Promise<Drained[]> {
    await this.#sample?.stop();
    for (const relay of this.#relays) relay.stop();
    const timeout = new AbortController();
    const late = sleep(STOP_TIMEOUT_MS, 'late' as const, { signal: timeout.signal }).catch(
      () => 'done' as const,
    );
    const ended = Promise.all(
      this.#relays.map(async (relay): Promise<Drained> => ({ name: relay.name, summary: await relay.ended })),
    );
    if ((await Promise.race([ended, late])) === 'late') {
      for (const relay of this.#relays) relay.kill();
      this.#output.note(`a relay did not end within ${STOP_TIMEOUT_MS / 1000} s and was killed`);
    }
    timeout.abort();
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
    process.off('exit', this.#onExit);
    return ended;
  }

  readonly #onSignal = (): void => {
    const nowMs = performance.now();
    if (this.#stopAskedMs === undefined) {
      this.#stopAskedMs = nowMs;
      this.#output.note('\nstopping: draining both relays (Ctrl-C again ends at once)');
      this.#controller.abort();
      return;
    }
    if (nowMs - this.#stopAskedMs > SAME_KEY_PRESS_MS) process.exit(130);
  };

  /** However this process ends, its relays end with it. */
  readonly #onExit = (): void => {
    for (const relay of this.#relays) relay.kill();
  };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
