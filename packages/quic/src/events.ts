/** Reads a batch of events and calls one handler per event. */
import type { NativeBatch } from './native.generated.js';

/** What a connection does with each kind of event. */
export interface EventHandlers {
  handleEstablished(): void;
  handleEarlyReady(): void;
  handleUniOpened(id: number): void;
  handleBidiOpened(id: number): void;
  handleData(id: number, offset: number, bytes: Uint8Array): void;
  handleFinished(id: number, size: number): void;
  handleReset(id: number, code: number): void;
  handleStopped(id: number, code: number): void;
  handleCredit(id: number, bytes: number): void;
  handleAcknowledged(id: number): void;
  handleDatagram(bytes: Uint8Array): void;
  handleDatagramCredit(bytes: number): void;
  handleReported(): void;
  /** The count of stream bytes up to which should be written. */
  handleWanted(limitBytes: number): void;
  handleClosed(): void;
}

/** Calls the handlers in the order of the batch. */
export function dispatch(batch: NativeBatch, handlers: EventHandlers): void {
  const { numbers, buffers } = batch;
  let next = 0;
  for (let at = 0; at < numbers.length; at += ROW) {
    const [id, value] = [numbers[at + 1] ?? 0, numbers[at + 2] ?? 0];
    switch (numbers[at]) {
      case ESTABLISHED:
        handlers.handleEstablished();
        break;
      case EARLY_READY:
        handlers.handleEarlyReady();
        break;
      case UNI_OPENED:
        handlers.handleUniOpened(id);
        break;
      case BIDI_OPENED:
        handlers.handleBidiOpened(id);
        break;
      case DATA:
        handlers.handleData(id, value, buffers[next++] ?? EMPTY);
        break;
      case FINISHED:
        handlers.handleFinished(id, value);
        break;
      case RESET:
        handlers.handleReset(id, value);
        break;
      case STOPPED:
        handlers.handleStopped(id, value);
        break;
      case CREDIT:
        handlers.handleCredit(id, value);
        break;
      case ACKNOWLEDGED:
        handlers.handleAcknowledged(id);
        break;
      case DATAGRAM:
        handlers.handleDatagram(buffers[next++] ?? EMPTY);
        break;
      case DATAGRAM_CREDIT:
        handlers.handleDatagramCredit(value);
        break;
      case REPORTED:
        handlers.handleReported();
        break;
      case WANTED:
        handlers.handleWanted(value);
        break;
      case CLOSED:
        handlers.handleClosed();
        break;
      default:
        throw new Error(`the addon reports an event of kind ${numbers[at]}`);
    }
  }
}

/** Whether the batch reports the connection's end, which is the last event of all. */
export function endsConnection(batch: NativeBatch): boolean {
  return batch.numbers[batch.numbers.length - ROW] === CLOSED;
}

const EMPTY = new Uint8Array(0);

/** Numbers per event: kind, stream, value, value. */
const ROW = 4;

// native/node/src/batch.rs has the same table.
const ESTABLISHED = 1;
const EARLY_READY = 2;
const UNI_OPENED = 3;
const BIDI_OPENED = 4;
const DATA = 5;
const FINISHED = 6;
const RESET = 7;
const STOPPED = 8;
const CREDIT = 9;
const ACKNOWLEDGED = 10;
const DATAGRAM = 11;
const DATAGRAM_CREDIT = 12;
const CLOSED = 13;
const REPORTED = 14;
const WANTED = 20;
