import { ByteQueue } from '../byte-queue.js';
import { WireError } from '../errors.js';
import { DROPPED_CODE, type FrameKind, frameKindOf, TRUNCATED_CODE } from './frame-kind.js';
import { type FrameHead, type FrameRecord, type Position, readFrameHead } from './frame-record.js';
import { type InitHead, type InitRecord, readInitHead } from './init-record.js';
import { type GroupHeader, readStreamHeader, type TrackHeader } from './stream-header.js';

/** The frames of the group from here on are lost; nothing follows. */
export interface Truncated {
  readonly kind: 'truncated';
}

/** A frame that was dropped on the way: it does not come. */
export interface Dropped {
  readonly kind: 'dropped';
  /** The kind it was of. */
  readonly frameKind: FrameKind;
  readonly ordinal: number;
  /** Milliseconds, unsigned 32 bits, as published. */
  readonly timestamp: number;
}

/** What comes out of a unidirectional stream, in order: its header, then init records or frames. */
export type UniItem = TrackHeader | GroupHeader | InitRecord | FrameRecord | Dropped | Truncated;

type State =
  | { readonly at: 'header' }
  | { readonly at: 'init' }
  | { readonly at: 'init-payload'; readonly head: InitHead }
  | { readonly at: 'frame'; readonly previous: Position; readonly first: boolean }
  | { readonly at: 'frame-payload'; readonly head: FrameHead; readonly kind: FrameKind }
  | { readonly at: 'dropped'; readonly head: FrameHead }
  | { readonly at: 'skip'; left: number; readonly after: State }
  | { readonly at: 'end' };

/**
 * Decodes a unidirectional stream. Inputs: `push`, or `add` and `next`, with its bytes in order, `finish`. Outputs:
 * the items they complete. After `push` it holds at most one incomplete header or record. It references the pushed buffers: payloads are views
 * unless they crossed two of them or are a small part of one, which they would keep as long as they live. Nothing is
 * allocated for bytes that have not come.
 */
export class UniDecoder {
  readonly #queue = new ByteQueue();
  #state: State = { at: 'header' };

  /** Bytes held for an incomplete item. */
  get bufferedBytes(): number {
    return this.#queue.length;
  }

  /** Buffers held for what is not decoded yet. */
  get buffers(): number {
    return this.#queue.buffers;
  }

  /** Takes bytes and returns the items they complete. Throws WireError; the decoder is then of no more use. */
  push(bytes: Uint8Array): readonly UniItem[] {
    this.add(bytes);
    const items: UniItem[] = [];
    for (let item = this.next(); item !== undefined; item = this.next()) {
      if (item !== 'skipped') items.push(item);
    }
    return items;
  }

  /** Takes bytes for `next`. */
  add(bytes: Uint8Array): void {
    this.#queue.push(bytes);
  }

  /**
   * The next item; `skipped` for a record of a kind that this version does not know; undefined when bytes are missing.
   * Throws WireError; the decoder is then of no more use.
   */
  next(): UniItem | 'skipped' | undefined {
    for (;;) {
      const before = this.#state;
      const item = this.#step();
      if (item !== undefined) return item;
      if (this.#state === before) return undefined;
      if (before.at === 'skip' || before.at === 'dropped') return 'skipped';
    }
  }

  /** The stream ended. Throws LH_WIRE_TRUNCATED when that cuts a header or a record. */
  finish(): void {
    const { at } = this.#state;
    const between = at === 'init' || at === 'frame' || at === 'end';
    if (!between || this.#queue.length > 0) {
      throw new WireError('LH_WIRE_TRUNCATED', `a unidirectional stream ended inside a ${at}`);
    }
  }

  /** One step: an item, or undefined with a new state, or undefined with the old one when bytes are missing. */
  #step(): UniItem | undefined {
    const state = this.#state;
    switch (state.at) {
      case 'header':
        return this.#readHeader();
      case 'init':
        return this.#readInitHead();
      case 'init-payload':
        return this.#readInit(state.head);
      case 'frame':
        return this.#readFrameHead(state);
      case 'frame-payload':
        return this.#readFrame(state.head, state.kind);
      case 'dropped':
        return this.#readDropped(state.head);
      case 'skip':
        state.left -= this.#queue.skip(state.left);
        if (state.left === 0) this.#state = state.after;
        return undefined;
      case 'end':
        if (this.#queue.length > 0) {
          throw new WireError('LH_WIRE_MALFORMED', 'bytes follow the record that ends a group');
        }
        return undefined;
    }
  }

  #readHeader(): UniItem | undefined {
    const header = readStreamHeader(this.#queue);
    if (header === undefined) return undefined;
    this.#state =
      header.kind === 'track-header'
        ? { at: 'init' }
        : {
            at: 'frame',
            previous: { ordinal: header.baseOrdinal, timestamp: header.baseTimestamp },
            first: true,
          };
    return header;
  }

  #readInitHead(): undefined {
    const head = readInitHead(this.#queue);
    if (head === undefined) return;
    this.#state = head.known
      ? { at: 'init-payload', head }
      : { at: 'skip', left: head.length, after: { at: 'init' } };
  }

  #readInit({ version, ordinal, timestamp, length }: InitHead): InitRecord | undefined {
    if (this.#queue.length < length) return undefined;
    this.#state = { at: 'init' };
    return { kind: 'init', version, ordinal, timestamp, payload: this.#takePayload(length) };
  }

  #takePayload(length: number): Uint8Array {
    const payload = this.#queue.take(length);
    const keptBytes = payload.buffer.byteLength;
    return keptBytes > MAX_KEPT_BYTES && keptBytes > MAX_KEPT_RATIO * length ? payload.slice() : payload;
  }

  #readFrameHead({
    previous,
    first,
  }: {
    readonly previous: Position;
    readonly first: boolean;
  }): UniItem | undefined {
    const head = readFrameHead(this.#queue, previous);
    if (head === undefined) return undefined;
    if (head.code === TRUNCATED_CODE) {
      if (head.length > 0)
        throw new WireError('LH_WIRE_MALFORMED', 'the record that ends a group has a payload');
      this.#state = { at: 'end' };
      return { kind: 'truncated' };
    }
    const kind = frameKindOf(head.code);
    const isDropped = head.code === DROPPED_CODE;
    if (kind === undefined && !isDropped) {
      this.#state = { at: 'skip', left: head.length, after: { at: 'frame', previous: head, first } };
      return undefined;
    }
    if (!first && head.ordinal === previous.ordinal) {
      throw new WireError('LH_WIRE_MALFORMED', `two frames of a group have the ordinal ${head.ordinal}`);
    }
    if (isDropped && (head.length === 0 || head.length > MAX_DROPPED_BYTES)) {
      throw new WireError('LH_WIRE_MALFORMED', `a dropped frame is told in ${head.length} bytes`);
    }
    this.#state = kind === undefined ? { at: 'dropped', head } : { at: 'frame-payload', head, kind };
    return undefined;
  }

  /** Bytes behind the kind are of a later version, as is a kind that is not known here. */
  #readDropped(head: FrameHead): Dropped | undefined {
    if (this.#queue.length < head.length) return undefined;
    this.#state = { at: 'frame', previous: head, first: false };
    const frameKind = frameKindOf(this.#queue.take(head.length)[0] as number);
    const { ordinal, timestamp } = head;
    return frameKind === undefined ? undefined : { kind: 'dropped', frameKind, ordinal, timestamp };
  }

  #readFrame(head: FrameHead, kind: FrameKind): FrameRecord | undefined {
    if (this.#queue.length < head.length) return undefined;
    this.#state = { at: 'frame', previous: head, first: false };
    const { ordinal, timestamp, length } = head;
    return { kind, ordinal, timestamp, payload: this.#takePayload(length) };
  }
}

/** What the record of a dropped frame may hold. */
const MAX_DROPPED_BYTES = 64;

/** A payload that keeps a buffer larger than this and this many times as large as itself is copied. */
const MAX_KEPT_BYTES = 4_096;
const MAX_KEPT_RATIO = 16;
