/** Process: publishes every broadcast over RTMP, in real time. */
import { parsePublishUrl, percentiles, RtmpClient } from '@longhaul/cli';
import { headerTags, type ScheduledTag } from '../delay/test-broadcast.js';
import type { WorkerTask } from './messages.js';
import { offsetMs, plannedTags, stamp, systemClockMs } from './schedule.js';
import { runWorker, tell } from './worker.js';

/** One publisher and how far it is. */
interface Publisher {
  readonly client: RtmpClient;
  readonly offsetMs: number;
  next: number;
}

/** Publishers that connect at a time: a listener's backlog has an end. */
const CONNECTING = 50;

class Generator {
  #task: WorkerTask | undefined;
  #tags: readonly ScheduledTag[] = [];
  readonly #publishers: Publisher[] = [];
  #startMs = 0;
  #phase: 'warming' | 'counting' | 'over' = 'warming';
  #frames = 0;
  #payloadBytes = 0;
  #mostQueuedBytes = 0;
  readonly #lateMs: number[] = [];

  async start(task: WorkerTask): Promise<void> {
    this.#task = task;
    this.#tags = [...plannedTags(task.plan)];
    const { broadcasts } = task.plan;
    for (let first = 0; first < broadcasts; first += CONNECTING) {
      const some = Array.from({ length: Math.min(CONNECTING, broadcasts - first) }, (_, at) =>
        this.#open(first + at),
      );
      await Promise.all(some);
    }
    tell({ type: 'ready' });
  }

  /** Sends what is due, about once a millisecond. */
  go(): void {
    this.#startMs = systemClockMs();
    if (this.#task?.idle === true) this.#sendOnce();
    else this.#turn();
  }

  stop(): void {
    const report = {
      frames: this.#frames,
      payloadBytes: this.#payloadBytes,
      lateMs: percentiles(this.#lateMs),
      mostQueuedBytes: this.#mostQueuedBytes,
    };
    tell({ type: 'report', report });
    for (const { client } of this.#publishers) client.close();
  }

  #open(index: number): Promise<void> {
    const { base, plan } = this.#task as WorkerTask;
    return new Promise((resolve) => {
      const client = new RtmpClient(parsePublishUrl(`${base}/b${index}`), 'publish', {
        onReady: () => {
          for (const tag of headerTags()) client.send(tag);
          resolve();
        },
        onEnd: (error) =>
          tell({ type: 'failed', reason: `broadcast ${index}: ${error?.message ?? 'ended'}` }),
      });
      this.#publishers.push({ client, offsetMs: offsetMs(index, plan.broadcasts), next: 0 });
    });
  }

  #turn(): void {
    const nowMs = systemClockMs() - this.#startMs;
    const { warmUpMs, durationMs } = (this.#task as WorkerTask).plan;
    if (this.#phase === 'warming' && nowMs >= warmUpMs) {
      this.#phase = 'counting';
      tell({ type: 'counting' });
    }
    let left = 0;
    for (const publisher of this.#publishers) {
      this.#sendDue(publisher, nowMs);
      if (publisher.next < this.#tags.length) left += 1;
    }
    if (this.#phase === 'counting' && nowMs >= warmUpMs + durationMs) {
      this.#phase = 'over';
      tell({ type: 'counted' });
    }
    if (left > 0 || this.#phase !== 'over') setTimeout(() => this.#turn(), 1);
  }

  #sendDue(publisher: Publisher, nowMs: number): void {
    const { from } = (this.#task as WorkerTask).range;
    for (;;) {
      const tag = this.#tags[publisher.next];
      if (tag === undefined || tag.dueMs + publisher.offsetMs > nowMs) return;
      publisher.next += 1;
      const leavesMs = systemClockMs();
      const payload = stamp(tag, leavesMs);
      publisher.client.send({ type: tag.type, timestamp: tag.timestamp, payload });
      if (tag.sequence < from) continue;
      this.#frames += 1;
      this.#payloadBytes += payload.length;
      this.#lateMs.push(leavesMs - this.#startMs - tag.dueMs - publisher.offsetMs);
      this.#mostQueuedBytes = Math.max(this.#mostQueuedBytes, publisher.client.bytesQueued);
    }
  }

  /** An idle broadcast has begun and then says nothing: one picture, one audio packet. */
  #sendOnce(): void {
    for (const { client } of this.#publishers) for (const tag of this.#tags.slice(0, 2)) client.send(tag);
    tell({ type: 'counted' });
  }
}

const generator = new Generator();
runWorker({
  start: (task) => void generator.start(task),
  go: () => generator.go(),
  stop: () => generator.stop(),
});
