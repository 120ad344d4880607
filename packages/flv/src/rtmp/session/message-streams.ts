/** The message streams of one server session: what createStream made and what each is used for. */

/**
 * What a stream is used for: created -> publish-requested -> publishing -> created, and the same with play. A
 * refusal goes back to created.
 */
export type StreamUse = 'created' | 'publish-requested' | 'publishing' | 'play-requested' | 'playing';

interface MessageStream {
  use: StreamUse;
  /** What the client called it in publish or play; clients stop it by this name. */
  name: string;
}

/** Input: the client's commands and the owner's answers. Output: `onReleased` for each use that ends. */
export class MessageStreams {
  readonly #streams = new Map<number, MessageStream>();
  readonly #onReleased: (streamId: number, use: StreamUse) => void;

  constructor(onReleased: (streamId: number, use: StreamUse) => void) {
    this.#onReleased = onReleased;
  }

  get size(): number {
    return this.#streams.size;
  }

  has(streamId: number): boolean {
    return this.#streams.has(streamId);
  }

  is(streamId: number, use: StreamUse): boolean {
    return this.#streams.get(streamId)?.use === use;
  }

  /** The stream in that use when there is exactly one. */
  only(use: StreamUse): number | undefined {
    const found = [...this.#streams.keys()].filter((streamId) => this.is(streamId, use));
    return found.length === 1 ? found[0] : undefined;
  }

  /** Opens the stream with the lowest free id: a lone player is always on 1, so players can share chunks. */
  create(): number {
    let streamId = 1;
    while (this.#streams.has(streamId)) streamId++;
    this.#streams.set(streamId, { use: 'created', name: '' });
    return streamId;
  }

  /** The one place where a use changes without ending; false when the stream is not in `from`. */
  move(streamId: number, from: StreamUse, to: StreamUse): boolean {
    const stream = this.#streams.get(streamId);
    if (stream?.use !== from) return false;
    stream.use = to;
    return true;
  }

  /** Notes what the client calls a stream. */
  name(streamId: number, name: string): void {
    const stream = this.#streams.get(streamId);
    if (stream) stream.name = name;
  }

  /** Ends the use by the owner's will: nothing is reported. False when there was none. */
  reclaim(streamId: number): boolean {
    const stream = this.#streams.get(streamId);
    if (!stream || stream.use === 'created') return false;
    stream.use = 'created';
    return true;
  }

  /** Ends the use by the client's will; the stream stays. */
  release(streamId: number): void {
    const use = this.#streams.get(streamId)?.use;
    if (this.reclaim(streamId) && use) this.#onReleased(streamId, use);
  }

  /** Ends every use under that name. FCUnpublish names the stream, and so do GStreamer's closeStream and deleteStream. */
  releaseNamed(name: unknown): void {
    for (const [streamId, stream] of this.#streams) {
      if (stream.name === name) this.release(streamId);
    }
  }

  /** Ends the use and the stream. */
  delete(streamId: number): void {
    this.release(streamId);
    this.#streams.delete(streamId);
  }

  /** Ends all of them. */
  clear(): void {
    for (const streamId of [...this.#streams.keys()]) this.delete(streamId);
  }
}
