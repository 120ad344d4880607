/** Sends the init data of one track on a stream that stays open as long as the subscription. */
import type { SendStream } from '@longhaul/transport';
import { encodeInit, encodeTrackHeader, MAX_INIT_BYTES, StreamCode, type TrackId } from '@longhaul/wire';
import type { Init } from '../track.js';
import * as Chunks from './chunks.js';
import type { Traffic } from './counters.js';

/** What an init sender is made of. */
export interface InitSenderOptions {
  readonly track: TrackId;
  readonly subscriptionId: number;
  readonly epoch: number;
  readonly traffic: Traffic;
  /** Bytes that may wait because the peer does not read. */
  readonly maxQueuedBytes: number;
  readonly stream: SendStream;
  /** More than `maxQueuedBytes` wait: the subscription has to end. */
  readonly onOverflow: () => void;
  /** All of it was handed to the stream after `finish`, or the peer stopped it. */
  readonly onDone: () => void;
  /** The stream ended before the track did: reset here (`local`) or stopped by the peer. */
  readonly onEndedEarly: (by: 'local' | 'peer', code: number) => void;
}

/** Inputs: `send`, `finish`, `cancel`; credit from the stream. Output: the stream. Init data is never dropped: it waits, up to a bound. */
export class InitSender {
  readonly #options: InitSenderOptions;
  #queue: Uint8Array[];
  #queuedBytes: number;
  #finishing = false;
  #done = false;

  constructor(options: InitSenderOptions) {
    this.#options = options;
    this.#queue = [encodeTrackHeader(options)];
    this.#queuedBytes = Chunks.size(this.#queue);
    options.stream.listen({
      onCredit: () => this.#flush(),
      onStopped: (code) => {
        options.onEndedEarly('peer', code);
        this.#done = true;
        this.#queue = [];
        options.onDone();
      },
    });
    this.#flush();
  }

  /** Whether the stream is finished or given up. */
  get done(): boolean {
    return this.#done;
  }

  send({ version, frame }: Init): void {
    if (this.#finishing || this.#done) return;
    if (frame.payload.length > MAX_INIT_BYTES) {
      this.#options.traffic.dropped('too-large', 'init');
      return;
    }
    const record = encodeInit({ ...frame, version });
    this.#queue.push(...record);
    this.#queuedBytes += Chunks.size(record);
    this.#options.traffic.passed(frame.payload.length);
    this.#flush();
    if (this.#queuedBytes > this.#options.maxQueuedBytes) this.#options.onOverflow();
  }

  /** No version follows; those sent are delivered. */
  finish(): void {
    this.#finishing = true;
    this.#flush();
  }

  /** Nobody wants the track any more. */
  cancel(): void {
    if (this.#done) return;
    this.#done = true;
    this.#queue = [];
    this.#options.stream.reset(StreamCode.UNSUBSCRIBED);
    this.#options.onEndedEarly('local', StreamCode.UNSUBSCRIBED);
  }

  #flush(): void {
    if (this.#done) return;
    const { stream } = this.#options;
    // Nothing is touched without credit: what waits may be many small records.
    if (this.#queue.length > 0 && stream.credit > 0) {
      const taken = stream.write(this.#queue);
      this.#queuedBytes -= taken;
      this.#queue = Chunks.after(this.#queue, taken);
    }
    if (!this.#finishing || this.#queue.length > 0) return;
    this.#done = true;
    stream.finish();
    this.#options.onDone();
  }
}
