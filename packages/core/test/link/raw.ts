/** A session opposite to a peer that the test drives by hand, to say what no honest relay would. */
import { type VirtualClock, type VirtualLinkOptions, virtualLink } from '@longhaul/testkit';
import type { BidiStream, CloseInfo, Connection, ReceiveStream, SendStream } from '@longhaul/transport';
import {
  ControlDecoder,
  type ControlMessage,
  encodeControl,
  type Subscribe,
  UniDecoder,
  type UniItem,
  type UnknownMessage,
} from '@longhaul/wire';
import type { LinkOptions } from '../../src/link/index.js';
import { Reassembly } from '../../src/reassembly.js';
import { type End, end, PATH } from './fixture.js';

/** Asks for the broadcast of most tests, from its newest group on. */
export const SUBSCRIBE: Subscribe = {
  kind: 'subscribe',
  subscriptionId: 1,
  path: PATH,
  tracks: [],
  start: 'newest',
  latencyBudgetMs: 0,
  resume: undefined,
};

/** A request stream as the peer sees it. */
export class RawRequest {
  readonly messages: (ControlMessage | UnknownMessage)[] = [];
  readonly bidi: BidiStream;
  finished = false;
  reset: number | undefined;

  constructor(bidi: BidiStream, options: { read?: boolean } = {}) {
    this.bidi = bidi;
    const decoder = new ControlDecoder();
    if (options.read === false) return;
    bidi.receive.read({
      onData: (chunks) => {
        for (const { bytes } of chunks) this.messages.push(...decoder.push(bytes));
      },
      onFinished: () => {
        this.finished = true;
      },
      onReset: (code) => {
        this.reset = code;
      },
    });
  }

  send(...messages: readonly ControlMessage[]): this {
    this.bidi.send.write(messages.map(encodeControl));
    return this;
  }

  bytes(hex: string): this {
    this.bidi.send.write([Uint8Array.from(Buffer.from(hex, 'hex'))]);
    return this;
  }

  /** The last message of `kind`. */
  last<Kind extends ControlMessage['kind']>(kind: Kind): Extract<ControlMessage, { kind: Kind }> | undefined {
    return this.messages.findLast((message) => message.kind === kind) as never;
  }
}

/** A unidirectional stream of the session. */
export interface RawUni {
  readonly stream: ReceiveStream;
  readonly items: UniItem[];
  ended: 'finished' | number | undefined;
}

/** The far end of a session, by hand. */
export class RawPeer {
  readonly connection: Connection;
  /** Requests that the session made. */
  readonly requests: RawRequest[] = [];
  readonly unis: RawUni[] = [];
  readonly closed: CloseInfo[] = [];
  /** False leaves the session's unidirectional streams unread. */
  reading = true;

  constructor(connection: Connection) {
    this.connection = connection;
    connection.attach({
      onBidiStream: (bidi) => this.requests.push(new RawRequest(bidi)),
      onUniStream: (stream) => this.#read(stream),
      onDatagram: () => {},
      onClosed: (info) => this.closed.push(info),
    });
  }

  request(options: { read?: boolean } = {}): RawRequest {
    return new RawRequest(this.connection.openBidi({ priority: 0 }), options);
  }

  uni(...parts: readonly Uint8Array[]): SendStream & { stopped?: number } {
    const stream: SendStream & { stopped?: number } = this.connection.openUni({ priority: 0 });
    stream.listen({
      onStopped: (code) => {
        stream.stopped = code;
      },
    });
    stream.write(parts);
    return stream;
  }

  /** The request of the session that began with a message of `kind`. */
  asked(kind: ControlMessage['kind']): RawRequest {
    const found = this.requests.find(({ messages }) => messages[0]?.kind === kind);
    if (found === undefined) throw new Error(`the session did not send ${kind}`);
    return found;
  }

  #read(stream: ReceiveStream): void {
    const decoder = new UniDecoder();
    const reassembly = new Reassembly({ maxBytes: 1e9, maxPieces: 1e6 });
    const uni: RawUni = { stream, items: [], ended: undefined };
    this.unis.push(uni);
    if (!this.reading) return;
    stream.read({
      onData: (chunks) => {
        for (const { offset, bytes } of chunks) {
          for (const part of reassembly.push(offset, bytes) ?? []) uni.items.push(...decoder.push(part));
        }
      },
      onFinished: () => {
        decoder.finish();
        uni.ended = 'finished';
      },
      onReset: (code) => {
        uni.ended = code;
      },
    });
  }
}

/** A Hello of `relayId`. */
export function helloOf(relayId: string, versions: readonly number[] = [1]): ControlMessage {
  return { kind: 'hello', versions, relayId, software: '', region: '' };
}

/** A started session at one side and a raw peer at the other. `greeted`: the Hellos are exchanged. */
export function rawPair(options: {
  readonly session: 'dialer' | 'acceptor';
  readonly greeted?: boolean;
  readonly link?: VirtualLinkOptions;
  readonly options?: Partial<LinkOptions>;
}): { clock: VirtualClock; end: End; peer: RawPeer } {
  const { clock, dialer, acceptor } = virtualLink({
    latencyMs: 10,
    ...options.link,
    dialer: { name: 'center-1', ...options.link?.dialer },
    acceptor: { name: 'edge-1', ...options.link?.acceptor },
  });
  const isDialer = options.session === 'dialer';
  const relayId = isDialer ? 'center-1' : 'edge-1';
  const made = end(isDialer ? dialer : acceptor, clock, {
    relayId,
    ...options.options,
    timing: { probeIntervalMs: 0, ...options.options?.timing },
  });
  const peer = new RawPeer(isDialer ? acceptor : dialer);
  made.session.start();
  if (options.greeted !== false) {
    if (isDialer) {
      clock.advance(50);
      peer.asked('hello').send(helloOf('edge-1'));
    } else {
      peer.request().send(helloOf('center-1'));
    }
    clock.advance(50);
  }
  return { clock, end: made, peer };
}
