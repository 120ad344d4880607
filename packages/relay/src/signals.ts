/** What the signals of a process do to its relay. */
import type { Logger } from './log.js';
import type { DrainSummary, Relay } from './relay.js';

/** What signals need of a relay. */
export type SignalledRelay = Pick<Relay, 'config' | 'drain' | 'stop'>;

/** What signals need. */
export interface SignalsOptions<R extends SignalledRelay> {
  readonly log: Pick<Logger, 'info'>;
  /** Has an IPC channel: SIGINT is the parent's business, and the parent's death drains. */
  readonly supervised: boolean;
  readonly process: Pick<NodeJS.Process, 'on' | 'off' | 'kill' | 'exit' | 'pid' | 'connected'>;
  readonly reload: (relay: R) => void;
}

type State<R> =
  | { readonly at: 'starting'; readonly cause?: Cause; readonly isReloadDue?: boolean }
  | { readonly at: 'running' | 'draining'; readonly relay: R }
  | { readonly at: 'over' | 'leaving' };

type Cause = 'SIGTERM' | 'SIGINT' | 'parent gone';

/**
 * State: starting -> running -> draining -> over -> leaving. What comes while it starts is done when it has; a second signal
 * then ends the process as if nobody listened. One that comes when all is done finds itself obeyed: that is no failure.
 * Inputs: SIGTERM, SIGINT, SIGHUP, the IPC channel's end, `started`, `leave`. Outputs: `relay.drain`, `relay.stop`, `reload`,
 * `drained`, the end of the process.
 */
export class Signals<R extends SignalledRelay> {
  /** Resolves when the relay has drained. */
  readonly drained: Promise<DrainSummary>;
  readonly #options: SignalsOptions<R>;
  #state: State<R> = { at: 'starting' };
  #onDrained: (summary: DrainSummary) => void = () => {};

  constructor(options: SignalsOptions<R>) {
    this.#options = options;
    this.drained = new Promise((resolve) => {
      this.#onDrained = resolve;
    });
    const { process, supervised } = options;
    process.on('SIGTERM', this.#onTerminate);
    process.on('SIGINT', this.#onInterrupt);
    process.on('SIGHUP', this.#onHangup);
    process.on('disconnect', this.#onDisconnect);
    if (supervised && !process.connected) this.#onDisconnect();
  }

  /** There is a relay to act on. */
  started(relay: R): void {
    if (this.#state.at !== 'starting') return;
    const { cause, isReloadDue } = this.#state;
    this.#state = { at: 'running', relay };
    if (cause !== undefined) this.#end(cause);
    else if (isReloadDue) this.#options.reload(relay);
  }

  /** Nothing is left to be done: the process ends by itself, and at once when one more signal comes. */
  leave(): void {
    this.#state = { at: 'leaving' };
    // Listening to the channel would keep the process. What listens to signals does not.
    this.#options.process.off('disconnect', this.#onDisconnect);
  }

  /** Gives the signals back. */
  release(): void {
    const { process } = this.#options;
    process.off('SIGTERM', this.#onTerminate);
    process.off('SIGINT', this.#onInterrupt);
    process.off('SIGHUP', this.#onHangup);
    process.off('disconnect', this.#onDisconnect);
  }

  readonly #onTerminate = (): void => this.#end('SIGTERM');

  readonly #onInterrupt = (): void => {
    if (!this.#options.supervised) this.#end('SIGINT');
  };

  readonly #onDisconnect = (): void => {
    const { at } = this.#state;
    // A parent that has told its child to end may go first.
    if (at === 'running' || (at === 'starting' && this.#state.cause === undefined)) this.#end('parent gone');
  };

  readonly #onHangup = (): void => {
    const state = this.#state;
    if (state.at === 'starting') this.#state = { ...state, isReloadDue: true };
    else if (state.at === 'running' || state.at === 'draining') this.#options.reload(state.relay);
  };

  #end(cause: Cause): void {
    const { log } = this.#options;
    const state = this.#state;
    if (state.at === 'starting') {
      if (state.cause !== undefined) this.#giveUp(cause);
      else {
        this.#state = { ...state, cause };
        log.info({ cause }, 'ending once it has started; a second signal ends at once');
      }
    } else if (state.at === 'running') {
      const { relay } = state;
      this.#state = { at: 'draining', relay };
      const { drainMs } = relay.config;
      log.info({ cause, drainMs }, 'draining; a second signal ends at once');
      void this.#drain(relay);
    } else if (state.at === 'draining') {
      log.info({ cause }, 'ending at once');
      state.relay.stop();
    } else if (state.at === 'leaving') {
      this.#options.process.exit(0);
    }
  }

  async #drain(relay: R): Promise<void> {
    const summary = await relay.drain();
    this.#state = { at: 'over' };
    this.#options.log.info(summary, 'drained');
    this.#onDrained(summary);
  }

  /** It does not get started and is not wanted any more. */
  #giveUp(cause: Cause): void {
    this.release();
    const { process } = this.#options;
    process.kill(process.pid, cause === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
  }
}
