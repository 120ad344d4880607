/** Listeners that write down what they hear, for tests of memory links. */
import type { BidiStream, CloseInfo, Connection, ReceiveStream } from '../../src/index.js';

/** What the owner of one end heard. */
export class Heard {
  readonly uni: ReceiveStream[] = [];
  readonly bidi: BidiStream[] = [];
  readonly datagrams: Uint8Array[] = [];
  readonly closed: CloseInfo[] = [];

  constructor(connection: Connection) {
    connection.attach({
      onUniStream: (stream) => this.uni.push(stream),
      onBidiStream: (stream) => this.bidi.push(stream),
      onDatagram: (bytes) => this.datagrams.push(bytes),
      onClosed: (info) => this.closed.push(info),
    });
  }
}

/** What the reader of one stream heard: bytes by offset, and the end. */
export class Read {
  bytes = 0;
  readonly offsets: number[] = [];
  readonly events: string[] = [];

  constructor(stream: ReceiveStream, onData: () => void = () => {}) {
    stream.read({
      onData: (chunks) => {
        for (const chunk of chunks) {
          this.bytes += chunk.bytes.length;
          this.offsets.push(chunk.offset);
        }
        onData();
      },
      onFinished: (size) => this.events.push(`finished ${size}`),
      onReset: (code) => this.events.push(`reset ${code}`),
    });
  }
}
