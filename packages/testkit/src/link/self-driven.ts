import { MemoryLink, type MemoryLinkOptions } from '@longhaul/transport';
import type { Pair, PairOptions } from '@longhaul/transport/compliance';

/** A pair that runs by itself, with the link under it. */
export interface SelfDrivenPair extends Pair {
  readonly link: MemoryLink;
}

/**
 * Memory connections whose events come without anybody's doing: virtual time jumps to whatever is due, one step for
 * each turn of the event loop. What the compliance suite takes; also for tests that await real promises.
 */
export function selfDrivenPair(
  options: Partial<PairOptions> = {},
  extra: Pick<MemoryLinkOptions, 'paths' | 'dialer' | 'acceptor'> = {},
): SelfDrivenPair {
  const link = new MemoryLink({
    ...extra,
    limits: options,
    schedule: (atMs, run) => void setImmediate(run, atMs),
  });
  return {
    link,
    dialer: link.dialer,
    acceptor: link.acceptor,
    vanish: () => link.vanish(),
    async settle() {
      do await new Promise((resolve) => setImmediate(resolve));
      while (link.nextTimeoutMs() !== undefined);
    },
    async close() {
      link.dialer.close(0, 'the test is over');
      link.acceptor.close(0, 'the test is over');
    },
  };
}
