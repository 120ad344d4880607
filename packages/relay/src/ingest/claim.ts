/** Who holds a broadcast's name as its publisher, and when another one gets it. */

/** A publisher as those who want its name see it. */
export interface Claim {
  /** `host:port`, for people. */
  readonly source: string;
  /** Address without the port. */
  readonly address: string;
  /** The token it showed, when one was asked for. Never logged. */
  readonly token: string | undefined;
  /** When its last byte came, ms. */
  lastByteMs(): number;
  /** Another one takes the name: ends the publication and tells the client. */
  giveWay(): void;
}

/**
 * Whether `newcomer` gets the name of `holder`: when that one is silent, or is the same client come back (an encoder
 * whose old connection broke without a word).
 */
export function mayTakeOver(
  holder: Claim,
  newcomer: Claim,
  { nowMs, silentMs }: { nowMs: number; silentMs: number },
): boolean {
  if (nowMs - holder.lastByteMs() >= silentMs) return true;
  return holder.token !== undefined && holder.token === newcomer.token && holder.address === newcomer.address;
}
