/** Memory links that run by themselves: virtual time jumps to whatever is due. */
import type { Pair, PairOptions } from '../../src/compliance/index.js';
import { MemoryLink, type MemoryLinkOptions } from '../../src/index.js';

/** A pair for the compliance suite. */
export async function makeMemoryPair(options: PairOptions, extra: MemoryLinkOptions = {}): Promise<Pair> {
  const link = new MemoryLink({
    ...extra,
    limits: options,
    schedule: (atMs, run) => void setImmediate(run, atMs),
  });
  return {
    dialer: link.dialer,
    acceptor: link.acceptor,
    vanish: () => link.vanish(),
    async settle() {
      do await new Promise((resolve) => setImmediate(resolve));
      while (link.nextTimeoutMs() !== undefined);
    },
    async close() {
      link.dialer.close(0, 'the case is over');
      link.acceptor.close(0, 'the case is over');
    },
  };
}
