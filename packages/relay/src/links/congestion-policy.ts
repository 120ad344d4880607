/**
 * Which congestion control each link over QUIC has: what the config says for its peer, unless the operator has chosen
 * something else for that peer since the relay started.
 *
 * Inputs: `reload`, `choose`, `forget`, and links as they open (`apply`). Outputs: the choice, on the link and in the log.
 */
import type { Algorithm, KnobValues, QuicConnection } from '@longhaul/quic';
import type { CongestionChange, CongestionSource, LinkCongestion } from '../admin/congestion.js';
import type { RelayConfig } from '../config/config.js';
import type { Logger } from '../log.js';
import type { LinkConnection } from './link-connection.js';
import { repairOf } from './repair-settings.js';

/** An algorithm and the knobs that differ from its defaults. */
export interface CongestionChoice {
  readonly algorithm: Algorithm;
  readonly knobs: KnobValues;
}

/** What the policy works with. */
export interface CongestionPolicyOptions {
  readonly config: RelayConfig;
  /** The open links, one a peer. */
  readonly connections: () => Iterable<LinkConnection>;
  readonly log: Logger;
}

/** See the head of the file. */
export class CongestionPolicy implements CongestionSource {
  readonly #chosen = new Map<string, CongestionChoice>();
  readonly #options: CongestionPolicyOptions;
  #config: RelayConfig;

  constructor(options: CongestionPolicyOptions) {
    this.#options = options;
    this.#config = options.config;
  }

  /** Another config: open links have what it says, but for those that an operator has chosen for. */
  reload(config: RelayConfig): void {
    this.#config = config;
    for (const connection of this.#options.connections()) this.apply(connection);
  }

  /** What holds for the relay `peer` now. */
  choiceFor(peer: string): CongestionChoice {
    return this.#chosen.get(peer) ?? this.#configured(peer);
  }

  /** Gives `connection` what holds for its peer, where its carrier lets us choose. */
  apply(connection: LinkConnection): void {
    if (!isOpenQuic(connection)) return;
    connection.congestion.choose(this.choiceFor(connection.peer.name));
    connection.repair.set(repairOf(this.#config.link.repair));
  }

  /** See `CongestionSource.rows`. */
  rows(): LinkCongestion[] {
    const rows: LinkCongestion[] = [];
    for (const connection of this.#options.connections()) {
      const view = isOpenQuic(connection) ? connection.congestion.view() : undefined;
      if (view === undefined) continue;
      const peer = connection.peer.name;
      // JSON has neither NaN nor infinity: not known yet, and no bound yet.
      const gauges = view.gauges.map(({ value, ...gauge }) => ({
        ...gauge,
        value: Number.isFinite(value) ? value : null,
      }));
      rows.push({ ...view, peer, gauges, chosen: this.#chosen.has(peer) });
    }
    return rows;
  }

  /** See `CongestionSource.choose`. The choice holds for links to `peer` after this one too, and survives a reload. */
  choose(peer: string, change: CongestionChange, who: string): boolean {
    const connection = this.#linkTo(peer);
    if (connection === undefined) return false;
    if (!this.#chosen.has(peer) && this.#chosen.size >= MAX_CHOSEN)
      throw new RangeError(`more than ${MAX_CHOSEN} peers differ from the config`);
    const old = this.choiceFor(peer);
    const next: CongestionChoice = {
      algorithm: change.algorithm ?? old.algorithm,
      knobs: { ...old.knobs, ...change.knobs },
    };
    connection.congestion.choose(next);
    this.#chosen.set(peer, next);
    this.#options.log.info({ peer, who, old, new: next }, 'congestion control changed');
    return true;
  }

  /** See `CongestionSource.forget`. */
  forget(peer: string, who: string): boolean {
    const connection = this.#linkTo(peer);
    if (connection === undefined) return false;
    const old = this.#chosen.get(peer);
    if (old === undefined) return true;
    this.#chosen.delete(peer);
    this.apply(connection);
    this.#options.log.info({ peer, who, old, new: this.choiceFor(peer) }, 'congestion control changed');
    return true;
  }

  #linkTo(peer: string): QuicConnection | undefined {
    for (const connection of this.#options.connections())
      if (connection.peer.name === peer && isOpenQuic(connection)) return connection;
    return undefined;
  }

  #configured(peer: string): CongestionChoice {
    const { algorithm, knobs, rules } = this.#config.link.congestion;
    const rule = rules.find(({ name }) => name(peer));
    return { algorithm: rule?.algorithm ?? algorithm, knobs: rule?.knobs ?? knobs };
  }
}

function isOpenQuic(connection: LinkConnection): connection is QuicConnection {
  return !('carrierStats' in connection) && !connection.closed;
}

/** Peers whose choice differs from the config at a time: operators name them one by one. */
const MAX_CHOSEN = 1_024;
