/** Small owners of connections. */
import type { CloseInfo, Connection, ConnectionEvents, ReceiveStream } from '@longhaul/transport';

/** Attaches to `connection`; what is not given does nothing. Resolves with how it ended. */
export function attach(connection: Connection, events: Partial<ConnectionEvents> = {}): Promise<CloseInfo> {
  return new Promise((resolve) => {
    connection.attach({
      onUniStream: events.onUniStream ?? (() => {}),
      onBidiStream: events.onBidiStream ?? (() => {}),
      onDatagram: events.onDatagram ?? (() => {}),
      onClosed: (info) => {
        events.onClosed?.(info);
        resolve(info);
      },
    });
  });
}

/** All bytes of a stream as text; rejects when it is reset. */
export function textOf(stream: ReceiveStream): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces = new Map<number, Uint8Array>();
    stream.read({
      onData: (chunks) => {
        for (const { offset, bytes } of chunks) pieces.set(offset, bytes);
      },
      onFinished: () => {
        const inOrder = [...pieces].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
        resolve(Buffer.concat(inOrder).toString());
      },
      onReset: (code) => reject(new Error(`reset with ${code}`)),
    });
  });
}

/** Answers every question with itself in capitals. */
export function answerInCapitals(connection: Connection): Promise<CloseInfo> {
  return attach(connection, {
    onBidiStream: ({ send, receive }) => {
      textOf(receive).then(
        (question) => {
          send.write([Buffer.from(question.toUpperCase())]);
          send.finish();
        },
        () => send.reset(1),
      );
    },
  });
}

/** Asks on a new stream and gives the answer. */
export function ask(connection: Connection, question: string): Promise<string> {
  const { send, receive } = connection.openBidi({ priority: 0 });
  send.write([Buffer.from(question)]);
  send.finish();
  return textOf(receive);
}
