/** One relay as a process: signals, reload, the parent's channel, the exit code. */
import { loadConfig } from './config/config.js';
import type { ConfigSources } from './config/sources.js';
import { createLog, type Logger } from './log.js';
import { type DrainSummary, type Relay, type RelayAddresses, startRelay } from './relay.js';
import { Signals } from './signals.js';

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
 * SIGTERM and SIGINT drain, a second one ends at once (`Signals`), SIGHUP reloads. With an IPC channel (a supervised child) SIGINT
 * is the parent's business and ignored, and the parent's death drains.
 *
 * Rejects with `RelayError` when it cannot start.
 */
export async function runDaemon(sources: ConfigSources): Promise<number> {
  const config = loadConfig(sources);
  const log = createLog(config.relay.id, config.log);
  const supervised = process.send !== undefined;
  // Before it starts: the log says that it runs a moment before we hear of it, and an unheard SIGHUP ends the process.
  const signals = new Signals<Relay>({ log, supervised, process, reload: (relay) => reload(relay, log) });
  try {
    const relay = await startRelay(config, { log });
    signals.started(relay);
    if (supervised) await tellParent({ type: 'ready', addresses: relay.addresses });
    const summary = await signals.drained;
    if (supervised && process.connected) await tellParent({ type: 'drained', summary });
    // Given back, a signal that comes a moment later would end the process as a failure.
    signals.leave();
    return EXIT_OK;
  } catch (error) {
    signals.release();
    throw error;
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
