/** From the config to what links over QUIC may spend on repair. */
import type { RepairSettings } from '@longhaul/quic';
import type { RelayConfig } from '../config/config.js';

/** The settings of `link.repair`. */
export function repairOf({ maxShare = 0, ahead = false }: RelayConfig['link']['repair']): RepairSettings {
  return { maxShare, ahead };
}
