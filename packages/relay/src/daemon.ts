/** One relay as a process: signals, reload, the parent's channel, the exit code. */
import { loadConfig } from './config/config.js';
import type { ConfigSources } from './config/sources.js';
import { createLog, type Logger } from './log.js';
import { type DrainSummary, type Relay, type RelayAddresses, startRelay } from './relay.js';

/** What a supervised relay sends its parent over the IPC channel. */
export type DaemonMessage =
  /** Every listener is bound; the addresses are the real ones, `host:port`. */
  | { readonly type: 'ready'; readonly addresses: RelayAddresses }
  | { readonly type: 'drained'; readonly summary: DrainSummary };

/** Exit code when a second signal cut the drain short. The signal was obeyed: it is no failure. */
const EXIT_OK = 0;

/**
 * Runs one relay until it is drained; resolves with the exit code.
 *
 * SIGTERM and SIGINT drain, a second one ends at once, SIGHUP reloads. With an IPC channel (a supervised child) SIGINT
 * is the parent's business and ignored, and the parent's death drains.
 *
 * Rejects with `RelayError` when it cannot start.
 */
export async function runDaemon(sources: ConfigSources): Promise<number> {
  const config = loadConfig(sources);
  const log = createLog(config.relay.id, config.log);
  const supervised = process.send !== undefined;
  // Before it starts: the log says that it runs a moment before we hear of it, and an unheard SIGHUP ends the process.
  let end: (code: number) => void = () => {};
  const over = new Promise<number>((resolve) => {
    end = resolve;
  });
  const signals = new Signals(log, supervised, end);
  try {
    const relay = await startRelay(config, { log });
    signals.started(relay);
    if (supervised) await tellParent({ type: 'ready', addresses: relay.addresses });
    return await over;
  } finally {
    signals.release();
  }
}

type State =
  | { readonly at: 'starting'; readonly cause?: Cause; readonly isReloadDue?: boolean }
  | { readonly at: 'running' | 'draining' | 'over'; readonly relay: Relay };

type Cause = 'SIGTERM' | 'SIGINT' | 'parent gone';

/**
 * State: starting -> running -> draining -> over. What comes while it starts is done when it has; a second signal then ends
 * the process as if nobody listened.
 * Inputs: SIGTERM, SIGINT, SIGHUP, the IPC channel's end, `started`. Outputs: `relay.drain`, `relay.stop`, `relay.reload`,
 * `onOver`.
 */
class Signals {
  readonly #log: Logger;
  readonly #supervised: boolean;
  readonly #onOver: (code: number) => void;
  #state: State = { at: 'starting' };

  constructor(log: Logger, supervised: boolean, onOver: (code: number) => void) {
    this.#log = log;
    this.#supervised = supervised;
    this.#onOver = onOver;
    process.on('SIGTERM', this.#onTerminate);
    process.on('SIGINT', this.#onInterrupt);
    process.on('SIGHUP', this.#onHangup);
    process.on('disconnect', this.#onDisconnect);
  }

  /** There is a relay to act on. */
  started(relay: Relay): void {
    if (this.#state.at !== 'starting') return;
    const { cause, isReloadDue } = this.#state;
    this.#state = { at: 'running', relay };
    if (cause !== undefined) this.#end(cause);
    else if (isReloadDue) reload(relay, this.#log);
  }

  /** Gives the signals back. */
  release(): void {
    process.off('SIGTERM', this.#onTerminate);
    process.off('SIGINT', this.#onInterrupt);
    process.off('SIGHUP', this.#onHangup);
    process.off('disconnect', this.#onDisconnect);
  }

  readonly #onTerminate = (): void => this.#end('SIGTERM');

  readonly #onInterrupt = (): void => {
    if (!this.#supervised) this.#end('SIGINT');
  };

  readonly #onDisconnect = (): void => {
    const { at } = this.#state;
    // A parent that has told its child to end may go first.
    if (at === 'running' || (at === 'starting' && this.#state.cause === undefined)) this.#end('parent gone');
  };

  readonly #onHangup = (): void => {
    if (this.#state.at === 'starting') this.#state = { ...this.#state, isReloadDue: true };
    else reload(this.#state.relay, this.#log);
  };

  #end(cause: Cause): void {
    const state = this.#state;
    if (state.at === 'starting') {
      if (state.cause !== undefined) this.#giveUp(cause);
      else this.#state = { ...state, cause };
    } else if (state.at === 'running') {
      const { relay } = state;
      this.#state = { at: 'draining', relay };
      const { drainMs } = relay.config;
      this.#log.info({ cause, drainMs }, 'draining; a second signal ends at once');
      void this.#drain(relay);
    } else if (state.at === 'draining') {
      this.#log.info({ cause }, 'ending at once');
      state.relay.stop();
    }
  }

  async #drain(relay: Relay): Promise<void> {
    const summary = await relay.drain();
    this.#state = { at: 'over', relay };
    this.#log.info(summary, 'drained');
    if (this.#supervised && process.connected) await tellParent({ type: 'drained', summary });
    this.#onOver(EXIT_OK);
  }

  /** It does not get started and is not wanted any more. */
  #giveUp(cause: Cause): void {
    this.release();
    process.kill(process.pid, cause === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
  }
}

/** Loads the config again from where it came and applies what can be applied. A bad one leaves all as it is. */
function reload(relay: Relay, log: Logger): void {
  try {
    const { applied, needRestart } = relay.reload(loadConfig(relay.config.sources));
    log.info({ applied, needRestart }, describeReload(applied, needRestart));
  } catch (error) {
    log.error({ reason: (error as Error).message }, 'not reloaded; the old config stays');
  }
}

function describeReload(applied: readonly string[], needRestart: readonly string[]): string {
  const now = applied.length === 0 ? 'nothing changed that applies now' : `applied ${applied.join(', ')}`;
  return needRestart.length === 0
    ? `reloaded: ${now}`
    : `reloaded: ${now}; restart to apply ${needRestart.join(', ')}`;
}

function tellParent(message: DaemonMessage): Promise<void> {
  // A parent that died meanwhile is told nothing; `disconnect` ends the relay.
  return new Promise((resolve) => {
    process.send?.(message, undefined, {}, () => resolve());
  });
}
