/** The far end of the connect arms: answers every question with as many bytes as it asks for, over TCP and QUIC. */
import { type Identity, listen as listenQuic, type QuicConnection } from '@longhaul/quic';
import type { Connection, SendStream } from '@longhaul/transport';
import { listen as listenTcp } from '../listen.js';
import type { SocketOptions } from '../options.js';
import { decodeQuestion } from './question.js';

/** Where to answer, as whom. */
export interface ResponderOptions extends SocketOptions {
  readonly identity: Identity;
  /** `host:port` of each; port 0 is any free one. */
  readonly tcp: string;
  readonly quic: string;
  /** So long it remembers the paths to those that dialled over QUIC, as a relay does; default 0: not at all. */
  readonly pathMemoryMs?: number | undefined;
}

/** A responder and where it really listens. */
export interface Responder {
  readonly tcp: string;
  readonly quic: string;
  close(): Promise<void>;
}

/** Starts to answer. Rejects as `listen` of both transports. */
export async function respond(options: ResponderOptions): Promise<Responder> {
  const { identity, tcp, quic, pathMemoryMs = 0, ...socket } = options;
  const open = new Set<Connection>();
  const onConnection = (connection: Connection, onOver = () => {}) => {
    open.add(connection);
    answer(connection, () => {
      open.delete(connection);
      onOver();
    });
  };
  const overTcp = await listenTcp({
    ...socket,
    address: tcp,
    identity,
    onConnection: (link) => onConnection(link),
  });
  const remember = ({ peer, congestion: { saved } }: QuicConnection) => {
    if (saved !== undefined && pathMemoryMs > 0) overQuic.remember(peer.address, saved, pathMemoryMs);
  };
  const overQuic = await listenQuic({
    address: quic,
    identity,
    onConnection: (link) => onConnection(link, () => remember(link)),
  });
  return {
    tcp: overTcp.address,
    quic: overQuic.address,
    close: async () => {
      for (const connection of open) connection.close(0, 'the responder stops');
      await Promise.all([overTcp, overQuic].map((listener) => listener.close()));
    },
  };
}

/** What comes behind it is no part of a question. */
const QUESTION_BYTES = 4;

function answer(connection: Connection, onClosed: () => void): void {
  connection.attach({
    onUniStream: (stream) => stream.stop(0),
    onBidiStream: ({ send, receive }) => {
      const question: number[] = [];
      receive.read({
        onData: (chunks) => {
          for (const { bytes } of chunks)
            question.push(...bytes.subarray(0, QUESTION_BYTES - question.length));
        },
        onFinished: () => writeAll(send, new Uint8Array(decodeQuestion(Uint8Array.from(question)))),
        onReset: () => send.reset(0),
      });
    },
    onDatagram: () => {},
    onClosed,
  });
}

/** A stream takes as much as it has credit for; the rest of a long answer follows when there is more. */
function writeAll(send: SendStream, bytes: Uint8Array): void {
  let at = 0;
  const write = () => {
    at += send.write([bytes.subarray(at)]);
    if (at === bytes.byteLength) send.finish();
  };
  send.listen({ onCredit: write });
  write();
}
