/** Where the bytes of streams go when the carrier is for frames only: each stream has a way of its own. */
export interface DataPlane {
  /** Bytes that it takes now, over all streams. */
  readonly credit: number;
  /** Takes the next bytes of a stream. */
  write(stream: number, bytes: Buffer): void;
  /** No more of the stream is written. A frame has told its size. */
  finish(stream: number): void;
  /** What of the stream has not left need not leave any more. */
  reset(stream: number): void;
}
