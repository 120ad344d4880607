/** What one path is announced as, to which links. */
import type { BroadcastPath } from '../path.js';
import type { LinkEntry } from './candidates.js';
import type { AnnouncedRoute, LinkAnnouncement } from './link-port.js';

/** What to announce: a way to the broadcast and, for a remote one, the link it comes from. */
export interface AnnounceSource extends AnnouncedRoute {
  readonly entry: LinkEntry | undefined;
}

interface Standing {
  readonly announcement: LinkAnnouncement;
  epoch: number;
  hops: readonly string[];
}

/** Input: `settle`, `drop`. Output: calls on links. Split horizon: not to the link it comes from, not to a relay it passed. */
export class Announcer {
  readonly #path: BroadcastPath;
  readonly #standing = new Map<LinkEntry, Standing>();

  constructor(path: BroadcastPath) {
    this.#path = path;
  }

  /** Makes what every link was told agree with `source`; undefined when the path cannot be had. */
  settle(source: AnnounceSource | undefined, links: Iterable<LinkEntry>, nowMs: number): void {
    for (const entry of links) {
      const standing = this.#standing.get(entry);
      const isTold =
        source !== undefined && source.entry !== entry && !source.hops.includes(entry.link.peerName);
      if (isTold) this.#tell(entry, standing, source, nowMs);
      else if (standing !== undefined) {
        this.#standing.delete(entry);
        standing.announcement.withdraw(nowMs);
      }
    }
  }

  /** The link is gone. */
  drop(entry: LinkEntry): void {
    this.#standing.delete(entry);
  }

  #tell(entry: LinkEntry, standing: Standing | undefined, source: AnnounceSource, nowMs: number): void {
    const { epoch, hops } = source;
    if (standing === undefined) {
      const announcement = entry.link.announce(this.#path, { epoch, hops }, nowMs);
      if (entry.open) this.#standing.set(entry, { announcement, epoch, hops });
      return;
    }
    if (standing.epoch === epoch && areEqual(standing.hops, hops)) return;
    standing.epoch = epoch;
    standing.hops = hops;
    standing.announcement.update({ epoch, hops }, nowMs);
  }
}

function areEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((hop, index) => hop === b[index]);
}
