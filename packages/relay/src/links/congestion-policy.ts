/** Which congestion control each link over QUIC has: what the config says for its peer, unless someone has changed that link. */
import type { Algorithm, KnobValues } from '@longhaul/quic';
import type { RelayConfig } from '../config/config.js';
import type { LinkConnection } from './link-connection.js';

/** An algorithm and the knobs that differ from its defaults. */
export interface CongestionChoice {
  readonly algorithm: Algorithm;
  readonly knobs: KnobValues;
}

/** What the config says for the relay `peer`. */
export function choiceFor(config: RelayConfig, peer: string): CongestionChoice {
  const { algorithm, knobs, rules } = config.link.congestion;
  const rule = rules.find(({ name }) => name(peer));
  return { algorithm: rule?.algorithm ?? algorithm, knobs: rule?.knobs ?? knobs };
}

/** Gives `connection` this choice, where its carrier lets us choose. */
export function apply(connection: LinkConnection, choice: CongestionChoice): void {
  if ('carrierStats' in connection || connection.closed) return;
  connection.congestion.choose(choice);
}
