/**
 * A `LinkSession` with its registry against an authenticated peer that does what no relay does. An input is a script of
 * operations; see `OPERATIONS`. The session may close the link with a code of docs/wire.md, stop streams and refuse
 * requests; it must not throw, and when the link is gone nothing of it may be left.
 */
import { DEFAULT_LINK_LIMITS, LinkSession, Path, Registry } from '@longhaul/core';
import { type Random, type VirtualClock, virtualLink } from '@longhaul/testkit';
import type { BidiStream, CloseInfo, Connection, SendStream } from '@longhaul/transport';
import { CloseCode, nameOf } from '@longhaul/wire';
import * as Script from '../link-script.js';
import { Broken, type FuzzTarget } from '../target.js';

/** See the head of the file. */
export const target: FuzzTarget = {
  name: 'link-session',
  seeds: Script.conversations(),
  cases: Script.cases(),
  generate: (random: Random) => Script.scramble(random),
  run,
};

function run(input: Uint8Array): string {
  const world = new World((input[0] ?? 0) % 2 === 0 ? 'acceptor' : 'dialer');
  let count = 0;
  for (const operation of Script.read(input)) {
    world.apply(operation);
    world.clock.advance(operation.pauseMs);
    if (count++ % 8 === 0) world.check();
  }
  return world.finish();
}

/** The session, what it stands in, and the peer. */
class World {
  readonly clock: VirtualClock;
  readonly #registry: Registry;
  readonly #session: LinkSession;
  readonly #peer: Connection;
  /** The peer's own streams, in the order it opened them. */
  readonly #own: SendStream[] = [];
  /** The newest stream of the session by the type of its first message. */
  readonly #asked = new Map<number, SendStream>();
  readonly #requests: BidiStream[] = [];
  readonly #publication: ReturnType<Registry['publish']>;
  #closed: CloseInfo | undefined;

  constructor(side: 'dialer' | 'acceptor') {
    const { clock, dialer, acceptor } = virtualLink({
      latencyMs: 1,
      jitterMs: 3,
      dialer: { name: side === 'dialer' ? VICTIM : Script.PEER },
      acceptor: { name: side === 'dialer' ? Script.PEER : VICTIM },
    });
    this.clock = clock;
    this.#registry = new Registry({
      relayId: VICTIM,
      subscribeAlways: () => true,
      lingerMs: 50,
      publisherLingerMs: 50,
    });
    this.#publication = this.#registry.publish(Path.parse(Script.OWN_PATH), {
      nowMs: 0,
      epochSeconds: Script.EPOCH,
      publisher: { kind: 'rtmp', address: 'test' },
    });
    this.#publish(0);
    this.#session = new LinkSession(side === 'dialer' ? dialer : acceptor, {
      relayId: VICTIM,
      now: () => clock.nowMs,
      port: (link) => this.#registry.addLink(link, clock.nowMs),
      limits: LIMITS,
      onClosed: (info) => {
        this.#closed = info;
      },
    });
    this.#peer = side === 'dialer' ? acceptor : dialer;
    this.#peer.attach({
      onUniStream: (stream) => stream.read({ onData() {}, onFinished() {}, onReset() {} }),
      onBidiStream: (stream) => {
        let type: number | undefined;
        stream.receive.read({
          onData: ([first]) => {
            type ??= first?.bytes[0] ?? 0;
            this.#asked.set(type, stream.send);
          },
          onFinished() {},
          onReset() {},
        });
        this.#requests.push(stream);
      },
      onDatagram() {},
      onClosed() {},
    });
    this.#session.start();
    clock.advance(10);
  }

  apply({ code, stream, bytes }: Script.Operation): void {
    switch (code) {
      case Script.Code.OPEN_BIDI: {
        const bidi = this.#peer.openBidi({ priority: 0 });
        if (bytes[0] !== 0xff) bidi.receive.read({ onData() {}, onFinished() {}, onReset() {} });
        this.#requests.push(bidi);
        this.#own.push(bidi.send);
        bidi.send.write([bytes]);
        return;
      }
      case Script.Code.OPEN_UNI: {
        const uni = this.#peer.openUni({ priority: 0 });
        this.#own.push(uni);
        uni.write([bytes]);
        return;
      }
      case Script.Code.WRITE:
        this.#at(stream)?.write([bytes]);
        return;
      case Script.Code.FINISH:
        this.#at(stream)?.finish();
        return;
      case Script.Code.RESET:
        this.#at(stream)?.reset(bytes[0] === undefined ? 0 : bytes[0] * 0x01000001);
        return;
      case Script.Code.STOP:
        this.#requests[stream % Math.max(1, this.#requests.length)]?.receive.stop(bytes[0] ?? 0);
        return;
      case Script.Code.DATAGRAM:
        this.#peer.sendDatagram(bytes);
        return;
      case Script.Code.PUBLISH:
        this.#publish(this.clock.nowMs);
        return;
      default:
        this.clock.advance(1 + stream * 8);
        this.#poll();
    }
  }

  check(): void {
    this.#poll();
    const { bufferedBytes, served } = this.#session.snapshot();
    if (bufferedBytes < 0) throw new Broken(`${bufferedBytes} bytes are buffered`);
    if (bufferedBytes > LIMITS.maxBufferedBytes + MAX_WINDOW_BYTES)
      throw new Broken(`${bufferedBytes} bytes are buffered`);
    if (served.length > LIMITS.maxSubscriptions)
      throw new Broken(`${served.length} subscriptions are served`);
  }

  /** The link goes; returns how it stood. */
  finish(): string {
    const { endedEarly } = this.#session.snapshot();
    if (Object.keys(endedEarly.peer).length > 12)
      throw new Broken('every code of the peer has a counter of its own');
    const outcome = this.#outcome();
    this.#peer.close(0, '');
    for (let turn = 0; turn < 6; turn++) {
      this.clock.advance(50_000);
      this.#poll();
    }
    this.#checkDeaf();
    this.#publication.end(this.clock.nowMs);
    for (let turn = 0; turn < 4; turn++) {
      this.clock.advance(50_000);
      this.#registry.poll(this.clock.nowMs);
    }
    const { openStreams, bufferedBytes, state } = this.#session.snapshot();
    if (state !== 'closed' || openStreams.receiving > 0 || bufferedBytes !== 0) {
      throw new Broken(`${state}, ${openStreams.receiving} streams and ${bufferedBytes} bytes are left`);
    }
    const paths = this.#registry.snapshot();
    if (paths.length > 0) throw new Broken(`paths are left: ${paths.map(({ path }) => path).join(' ')}`);
    return outcome;
  }

  /** A session that is closed hears nothing of the broadcasts it served. */
  #checkDeaf(): void {
    const before = JSON.stringify(this.#session.snapshot());
    this.#publish(this.clock.nowMs);
    if (JSON.stringify(this.#session.snapshot()) !== before)
      throw new Broken('a closed session goes on serving');
  }

  #outcome(): string {
    const info = this.#closed;
    if (info === undefined) return 'ok';
    if (info.by === 'transport') return info.error.code;
    if (info.by === 'local' && (info.code > CloseCode.UNAUTHORISED || info.code === CloseCode.INTERNAL)) {
      throw new Broken(`closed with ${info.code}: ${info.reason}`);
    }
    return `${info.by} ${nameOf(CloseCode, info.code)}`;
  }

  #at(stream: number): SendStream | undefined {
    if (stream >= 0x80) return this.#asked.get(stream - 0x80);
    return this.#own[stream % Math.max(1, this.#own.length)];
  }

  #poll(): void {
    this.#session.poll(this.clock.nowMs);
    this.#registry.poll(this.clock.nowMs);
  }

  #publish(nowMs: number): void {
    const write = (media: 'video' | 'audio', kind: 'init' | 'key' | 'delta' | 'audio', length: number) =>
      this.#publication.writer.write(
        { media, index: 0, kind, timestamp: nowMs >>> 0, payload: new Uint8Array(length) },
        nowMs,
      );
    write('video', 'init', 20);
    write('video', 'key', 900);
    write('audio', 'audio', 30);
    write('video', 'delta', 90);
  }
}

const VICTIM = 'victim-1';
const MAX_WINDOW_BYTES = 8 * 1024 * 1024;
/** Small enough that scripts reach them. */
const LIMITS = {
  ...DEFAULT_LINK_LIMITS,
  maxAnnouncements: 8,
  maxSubscriptions: 8,
  maxPendingRequests: 8,
  maxOpenStreams: 16,
  maxBufferedBytes: 64 * 1024,
  maxPieces: 64,
  maxQueuedControlBytes: 16 * 1024,
  maxRecordsPerTurn: 256,
};
