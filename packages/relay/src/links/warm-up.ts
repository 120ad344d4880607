/** A link that stands by: its peer may soon ask for what is announced to it. */
import type { LinkConnection } from './link-connection.js';

/** Warms `connection` up, once, where the config wants that and it is over QUIC: of TCP the kernel decides. */
export function warmUp(connection: LinkConnection, fastStart: { readonly warmUp: boolean }): void {
  if (fastStart.warmUp && !('carrierStats' in connection)) connection.congestion.warmUp();
}
