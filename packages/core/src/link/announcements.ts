/** Announcements: ours at the peer, and the peer's here. */
import {
  type Announce,
  type ControlMessage,
  MAX_HOPS,
  nameOf,
  RequestErrorCode,
  type UnknownMessage,
} from '@longhaul/wire';
import * as Path from '../path.js';
import type { AnnouncedRoute, AnnounceOutcome, LinkAnnouncement, LinkPort } from '../registry/link-port.js';
import type { LinkContext } from './context.js';
import type { RequestStream } from './request-stream.js';

/**
 * An announcement of ours. Inputs: `update`, `withdraw`, `open`. Output: a request stream while the peer is told.
 * States: held (requests may not flow yet) -> told -> refused (a new route is told on a new stream) | withdrawn.
 */
export class OwnAnnouncement implements LinkAnnouncement {
  readonly path: Path.BroadcastPath;
  readonly #context: LinkContext;
  readonly #openStream: () => RequestStream | undefined;
  readonly #onWithdrawn: (announcement: OwnAnnouncement) => void;
  #route: AnnouncedRoute;
  #stream: RequestStream | undefined;
  #withdrawn = false;

  /** `openStream` gives undefined while requests may not flow; `open` is called when they may. */
  constructor(options: {
    readonly path: Path.BroadcastPath;
    readonly route: AnnouncedRoute;
    readonly context: LinkContext;
    readonly openStream: () => RequestStream | undefined;
    readonly onWithdrawn: (announcement: OwnAnnouncement) => void;
  }) {
    this.path = options.path;
    this.#route = options.route;
    this.#context = options.context;
    this.#openStream = options.openStream;
    this.#onWithdrawn = options.onWithdrawn;
    this.open();
  }

  /** Tells the peer, if requests may flow and it does not know. */
  open(): void {
    if (this.#stream === undefined) this.#tell();
  }

  update(route: AnnouncedRoute): void {
    if (this.#withdrawn) return;
    this.#route = route;
    this.#tell();
  }

  withdraw(): void {
    if (this.#withdrawn) return;
    this.#withdrawn = true;
    this.#stream?.finish();
    this.#onWithdrawn(this);
  }

  #tell(): void {
    this.#stream ??= this.#begin();
    this.#stream?.send({ kind: 'announce', path: this.path, ...this.#route });
  }

  #begin(): RequestStream | undefined {
    const stream = this.#openStream();
    stream?.listen({
      onMessage: (message) => this.#handle(message),
      onFinished: () => this.#ended(),
      onAborted: () => this.#ended(),
    });
    return stream;
  }

  #handle(message: ControlMessage | UnknownMessage): void {
    if (message.kind === 'unknown' || message.kind === 'announce-ok') return;
    if (message.kind !== 'request-error') {
      this.#context.violated(`${message.kind} to an announcement`);
      return;
    }
    const code = nameOf(RequestErrorCode, message.code);
    this.#context.notice({ kind: 'announce-refused', path: this.path, code, reason: message.reason });
  }

  /** The peer took its half back: it does not hold the announcement (any more). */
  #ended(): void {
    this.#stream?.finish();
    this.#stream = undefined;
  }
}

/**
 * An announcement of the peer that was accepted at least once. Inputs: what follows on its stream. Outputs: the
 * registry's `announced` and `withdrawn`, the answers on the stream.
 */
export class PeerAnnouncement {
  readonly path: Path.BroadcastPath;
  /** Order in which the peer opened its streams: of two announcements of a path the later one counts. */
  readonly serial: number;
  readonly #stream: RequestStream;
  readonly #context: LinkContext;
  readonly #port: LinkPort;
  readonly #onOver: (announcement: PeerAnnouncement) => void;
  #over = false;

  constructor(options: {
    readonly path: Path.BroadcastPath;
    readonly stream: RequestStream;
    readonly context: LinkContext;
    readonly port: LinkPort;
    /** Fired before the registry hears of the withdrawal. */
    readonly onOver: (announcement: PeerAnnouncement) => void;
  }) {
    this.path = options.path;
    this.serial = options.stream.serial;
    this.#stream = options.stream;
    this.#context = options.context;
    this.#port = options.port;
    this.#onOver = options.onOver;
    options.stream.listen({
      onMessage: (message) => this.#handle(message),
      onFinished: () => this.#withdrawn(),
      onAborted: () => this.#withdrawn(),
    });
  }

  /** Offers the route to the registry and answers. */
  offer({ epoch, hops }: AnnouncedRoute): void {
    const outcome = this.#port.announced(this.path, { epoch, hops }, this.#context.now());
    if (outcome === 'accepted') {
      this.#stream.send({ kind: 'announce-ok' });
      return;
    }
    refuse({ stream: this.#stream, context: this.#context, path: this.path, code: OUTCOMES[outcome] });
    this.#withdrawn();
  }

  /** A later announcement of the path took its place: nothing of this one counts any more. */
  superseded(): void {
    this.#over = true;
    this.#stream.finish();
  }

  #handle(message: ControlMessage | UnknownMessage): void {
    if (message.kind === 'unknown') return;
    if (message.kind !== 'announce' || message.path !== this.path) {
      this.#context.violated(`${message.kind} on the stream of an announcement`);
    } else if (!this.#over) {
      this.offer(message);
    }
  }

  #withdrawn(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stream.finish();
    this.#onOver(this);
    this.#port.withdrawn(this.path, this.#context.now());
  }
}

/**
 * Reads an announcement of `peer`: its path, or the code to refuse it with. The last hop has to be the peer itself,
 * or the loop guard of relays further on could be fooled.
 */
export function check(
  announce: Announce,
  {
    peer,
    mayAnnounce,
  }: { readonly peer: string; readonly mayAnnounce: (path: Path.BroadcastPath) => boolean },
): Path.BroadcastPath | { readonly code: number } {
  if (announce.hops.at(-1) !== peer || announce.hops.length > MAX_HOPS) {
    return { code: RequestErrorCode.MALFORMED };
  }
  const path = parsePath(announce.path);
  if (path === undefined) return { code: RequestErrorCode.MALFORMED };
  return mayAnnounce(path) ? path : { code: RequestErrorCode.FORBIDDEN };
}

/** The path that a peer wrote; undefined when it breaks the naming rule. */
export function parsePath(text: string): Path.BroadcastPath | undefined {
  try {
    return Path.parse(text);
  } catch {
    return undefined;
  }
}

/** Answers an announcement with an error: the last thing that is sent on its stream. */
export function refuse({
  stream,
  context,
  path,
  code,
}: {
  readonly stream: RequestStream;
  readonly context: LinkContext;
  readonly path: string;
  readonly code: number;
}): void {
  const name = nameOf(RequestErrorCode, code);
  context.notice({ kind: 'peer-announce-refused', path, code: name });
  stream.send({ kind: 'request-error', code, reason: name });
  stream.finish();
}

const OUTCOMES: Readonly<Record<Exclude<AnnounceOutcome, 'accepted'>, number>> = {
  loop: RequestErrorCode.LOOP,
  forbidden: RequestErrorCode.FORBIDDEN,
  limit: RequestErrorCode.LIMIT,
  epoch: RequestErrorCode.EPOCH,
};
