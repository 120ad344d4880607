/** Process: watches every broadcast over HTTP-FLV and accounts for each frame. */
import { type MediaSource, openSource, parseMediaUrl, percentiles } from '@longhaul/cli';
import type { FlvTag } from '@longhaul/flv';
import { sequenceOf } from '../delay/test-broadcast.js';
import { Account } from './account.js';
import type { WorkerTask } from './messages.js';
import { stampOf, systemClockMs } from './schedule.js';
import { runWorker, tell } from './worker.js';

class Sink {
  readonly #accounts: Account[] = [];
  readonly #sources: MediaSource[] = [];
  readonly #delaysMs: number[] = [];
  #ended = 0;

  start({ base, plan, range }: WorkerTask): void {
    for (let index = 0; index < plan.broadcasts; index++) {
      const account = new Account(range);
      this.#accounts.push(account);
      const source = openSource(parseMediaUrl(`${base}/b${index}.flv`), {
        onTag: (tag) => this.#take(account, tag as FlvTag),
        onEnd: () => {
          this.#ended += 1;
        },
      });
      this.#sources.push(source);
    }
    tell({ type: 'ready' });
  }

  stop(): void {
    const sum = (of: (account: Account) => number) => this.#accounts.reduce((all, each) => all + of(each), 0);
    const report = {
      frames: sum(({ received }) => received),
      payloadBytes: sum(({ payloadBytes }) => payloadBytes),
      lost: sum(({ lost }) => lost),
      duplicated: sum(({ duplicated }) => duplicated),
      reordered: sum(({ reordered }) => reordered),
      ended: this.#ended,
      delayMs: percentiles(this.#delaysMs),
    };
    tell({ type: 'report', report });
    for (const source of this.#sources) source.close();
  }

  #take(account: Account, tag: FlvTag): void {
    const sequence = sequenceOf(tag);
    if (sequence === undefined || !account.take(sequence, tag.payload.length)) return;
    this.#delaysMs.push(systemClockMs() - stampOf(tag.type, tag.payload));
  }
}

const sink = new Sink();
runWorker({ start: (task) => sink.start(task), go: () => {}, stop: () => sink.stop() });
