/** Polls the relay once a second and keeps the links' histories. */
import { useEffect, useState } from 'preact/hooks';
import { type Figures, fetchFigures, type RelayView } from './figures.js';
import { broadcastRate, LinkHistory } from './history.js';

const pollMs = 1_000;

/** What the parts of the page are drawn from. */
export interface RelayState {
  readonly view: RelayView;
  /** By peer name. The objects are the same from poll to poll; `revision` grows when they do. */
  readonly histories: ReadonlyMap<string, LinkHistory>;
  /** Bit/s by broadcast path; null when not known yet. */
  readonly rates: ReadonlyMap<string, number | null>;
  readonly revision: number;
}

/** Takes the figures in one after the other; holds what comparing two of them needs. */
class RelayFollower {
  readonly histories = new Map<string, LinkHistory>();
  rates = new Map<string, number | null>();
  #last: Figures | undefined;

  take(figures: Figures): void {
    const atSeconds = Date.now() / 1_000;
    for (const link of figures.links) {
      const history = this.histories.get(link.peer) ?? new LinkHistory();
      this.histories.set(link.peer, history);
      history.add({ nowMs: figures.nowMs, atSeconds, link });
    }
    const before = this.#last;
    this.rates = new Map(
      figures.broadcasts.map(({ path, epoch, bytesReceived }) => {
        const old = before?.broadcasts.find((broadcast) => broadcast.path === path);
        const previous = before && old && { nowMs: before.nowMs, bytes: old.bytesReceived, epoch: old.epoch };
        return [path, broadcastRate(previous, { nowMs: figures.nowMs, bytes: bytesReceived, epoch })];
      }),
    );
    this.#last = figures;
  }
}

/** The relay as this page last saw it; asks again every second while the page is mounted. */
export function useRelay(): RelayState {
  const [follower] = useState(() => new RelayFollower());
  const [state, setState] = useState<{ view: RelayView; revision: number }>({
    view: { state: 'connecting' },
    revision: 0,
  });
  useEffect(() => {
    const stopping = new AbortController();
    const poll = async () => {
      try {
        const figures = await fetchFigures(stopping.signal);
        follower.take(figures);
        setState((old) => ({ view: { state: 'known', figures }, revision: old.revision + 1 }));
      } catch (error) {
        if (stopping.signal.aborted) return;
        const reason = error instanceof Error ? error.message : String(error);
        setState(({ view, revision }) => ({
          view: { state: 'lost', figures: view.state === 'connecting' ? undefined : view.figures, reason },
          revision,
        }));
      }
    };
    const run = async () => {
      while (!stopping.signal.aborted) {
        await poll();
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    };
    void run();
    return () => stopping.abort();
  }, [follower]);
  return { ...state, histories: follower.histories, rates: follower.rates };
}
