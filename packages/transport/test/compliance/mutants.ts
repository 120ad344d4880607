/** Wrong transports, each with the case that must tell. */
import { type ReceiveStream, TransportError } from '../../src/index.js';
import type { Fault } from './faulty.js';

/** A transport that breaks one rule. */
export interface Mutant {
  readonly name: string;
  /** Part of the name of a case that must fail. */
  readonly caught: string;
  readonly fault: Fault;
}

type ReceiveListener = Parameters<ReceiveStream['read']>[0];

/** At least one for every kind of case. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'a byte is changed',
    caught: 'streams of 0 bytes to 5 MiB',
    fault: {
      receiveEvents: (right) => ({
        onData(chunks) {
          for (const { bytes } of chunks) if (bytes.length > 5) bytes[5] = 0x55;
          right.onData(chunks);
        },
      }),
    },
  },
  {
    name: 'the last byte of every large delivery is cut off',
    caught: 'a unidirectional stream arrives whole',
    fault: {
      receiveEvents: (right) => ({
        onData: (chunks) =>
          right.onData(chunks.map(({ offset, bytes }) => ({ offset, bytes: bytes.subarray(0, 1_000) }))),
      }),
    },
  },
  {
    name: 'a bidirectional stream delivers out of order',
    caught: 'a bidirectional stream delivers in order',
    fault: { receiveEvents: (right) => ({ onData: (chunks) => right.onData([...chunks].reverse()) }) },
  },
  {
    name: 'write takes everything',
    caught: 'a stream nobody reads blocks its writer',
    fault: {
      send: () => ({ write: (chunks) => chunks.reduce((sum, chunk) => sum + chunk.length, 0) }),
    },
  },
  {
    name: 'pause does nothing',
    caught: 'a paused reader blocks its writer',
    fault: { receive: () => ({ pause: () => {} }) },
  },
  {
    name: 'resume does nothing',
    caught: 'a paused reader blocks its writer',
    fault: { receive: () => ({ resume: () => {} }) },
  },
  {
    name: 'all priorities are equal',
    caught: 'a stream of higher priority that is written later',
    fault: { connection: (right) => ({ openUni: () => right.openUni({ priority: 0 }) }) },
  },
  {
    name: 'the priority cannot be lowered',
    caught: 'a stream whose priority is lowered',
    fault: { send: () => ({ setPriority: () => {} }) },
  },
  {
    name: 'the priority cannot be raised',
    caught: 'a waiting stream whose priority is raised',
    fault: { send: () => ({ setPriority: () => {} }) },
  },
  {
    name: 'streams go one after the other',
    caught: 'of streams with equal priority',
    fault: {
      connection(right) {
        let priority = 0;
        return { openUni: () => right.openUni({ priority: --priority }) };
      },
    },
  },
  {
    name: 'a reset loses its code',
    caught: 'a reset delivers its code',
    fault: { send: (right) => ({ reset: () => right.reset(0) }) },
  },
  {
    name: 'a reset waits for what was written',
    caught: 'a reset overtakes what waits',
    fault: { send: (right) => ({ reset: () => right.finish() }) },
  },
  {
    name: 'a reset comes after the end',
    caught: 'a reset does nothing once all is acknowledged',
    fault: {
      receiveEvents: (right) => ({
        onFinished(size) {
          right.onFinished(size);
          right.onReset(1);
        },
      }),
    },
  },
  {
    name: 'a stop loses its code',
    caught: 'a stop delivers its code',
    fault: { receive: (right) => ({ stop: () => right.stop(0) }) },
  },
  {
    name: 'the writer does not hear of a stop',
    caught: 'a stop before read()',
    fault: { sendEvents: () => ({ onStopped: () => {} }) },
  },
  {
    name: 'data comes after a stop',
    caught: 'a stop delivers its code',
    fault: { receive: (right) => ({ stop: (code) => setImmediate(() => right.stop(code)) }) },
  },
  {
    name: 'a half that finishes closes the other',
    caught: 'a half that finished leaves the other half open',
    fault: { sendEvents: (right) => ({ onAcknowledged: () => right.onStopped?.(0) }) },
  },
  {
    name: 'the close reason is lost',
    caught: 'a close tells the peer code and reason',
    fault: { connection: (right) => ({ close: (code) => right.close(code, '') }) },
  },
  {
    name: 'the close is told twice',
    caught: 'a close tells the peer code and reason',
    fault: {
      events: (right) => ({
        onClosed(info) {
          right.onClosed(info);
          right.onClosed(info);
        },
      }),
    },
  },
  {
    name: 'any close code is taken',
    caught: 'a close reason over 256 bytes',
    fault: { connection: (right) => ({ close: (code, reason) => right.close(code >>> 0, reason) }) },
  },
  {
    name: 'readers do not hear of the close',
    caught: 'every reader hears of the close',
    fault: { receiveEvents: () => ({ onReset: () => {} }) },
  },
  {
    name: 'a closed connection says that it takes datagrams',
    caught: 'a closed connection takes calls',
    fault: { connection: () => ({ sendDatagram: () => true }) },
  },
  {
    name: 'more streams than the peer allows fail',
    caught: 'more unidirectional streams than the peer allows',
    fault: {
      connection(right) {
        let opened = 0;
        return {
          openUni(options) {
            if (++opened > 4) throw new Error('no stream credit');
            return right.openUni(options);
          },
        };
      },
    },
  },
  {
    name: 'streams start in the order they were opened',
    caught: 'of the streams that wait for stream credit',
    fault: { connection: (right) => ({ openUni: () => right.openUni({ priority: 0 }) }) },
  },
  {
    name: 'an oversized datagram is not counted',
    caught: 'a datagram over the largest size',
    fault: {
      connection: (right) => ({ stats: () => ({ ...right.stats(), datagramsDropped: 0 }) }),
    },
  },
  {
    name: 'the datagram queue has no bound',
    caught: 'datagrams that find the queue full',
    fault: {
      connection: (right) => ({
        sendDatagram(bytes) {
          right.sendDatagram(bytes);
          return true;
        },
      }),
    },
  },
  {
    name: 'a datagram is sent later, from the caller’s buffer',
    caught: 'a datagram of up to the largest size',
    fault: {
      connection: (right) => ({
        sendDatagram(bytes) {
          setImmediate(() => right.sendDatagram(bytes));
          return true;
        },
      }),
    },
  },
  {
    name: 'a vanished peer is an I/O error',
    caught: 'a peer that vanishes',
    fault: {
      events: (right) => ({
        onClosed: () =>
          right.onClosed({ by: 'transport', error: new TransportError('LH_TRANSPORT_IO', 'socket closed') }),
      }),
    },
  },
  {
    name: 'streams that come before the owner are forgotten',
    caught: 'streams and datagrams that came before the owner attached',
    fault: { events: () => ({ onUniStream: () => {} }) },
  },
  {
    name: 'an event comes from within a call',
    caught: 'no event fires from within a call',
    fault: {
      receive(right) {
        let listener: ReceiveListener | undefined;
        return {
          read(events) {
            listener = events;
            right.read(events);
          },
          resume() {
            listener?.onData([{ offset: 0, bytes: new Uint8Array(1) }]);
            right.resume();
          },
        };
      },
    },
  },
  {
    name: 'read() delivers at once',
    caught: 'nothing is delivered before read()',
    fault: {
      receive: (right) => ({
        read(events) {
          events.onData([{ offset: 0, bytes: new Uint8Array(1) }]);
          right.read(events);
        },
      }),
    },
  },
  {
    name: 'a counter is not a number',
    caught: 'counters are numbers',
    fault: { connection: (right) => ({ stats: () => ({ ...right.stats(), packetsLost: Number.NaN }) }) },
  },
  {
    name: 'the queue is not measured',
    caught: 'what a blocked writer has queued',
    fault: { connection: (right) => ({ stats: () => ({ ...right.stats(), bytesQueued: 0 }) }) },
  },
  {
    name: 'a close is told as an error',
    caught: 'an owner that attaches after the close',
    fault: {
      events: (right) => ({
        onClosed: () =>
          right.onClosed({ by: 'transport', error: new TransportError('LH_TRANSPORT_IO', 'closed') }),
      }),
    },
  },
  {
    name: 'a delivery holds nothing',
    caught: 'a unidirectional stream arrives whole',
    fault: {
      receiveEvents: (right) => ({
        onData(chunks) {
          right.onData(chunks);
          right.onData([]);
        },
      }),
    },
  },
  {
    name: 'a chunk is empty',
    caught: 'a unidirectional stream arrives whole',
    fault: {
      receiveEvents: (right) => ({
        onData: (chunks) => right.onData([...chunks, { offset: 0, bytes: new Uint8Array(0) }]),
      }),
    },
  },
  {
    name: 'a finished stream goes on',
    caught: 'the listener may pause, resume, stop and close',
    fault: {
      receiveEvents: (right) => ({
        onFinished(size) {
          right.onFinished(size);
          right.onData([{ offset: size, bytes: new Uint8Array(1) }]);
        },
      }),
    },
  },
  {
    name: 'more is wanted and nobody hears of it',
    caught: 'a metered connection asks again',
    fault: { events: () => ({ onWanted() {} }) },
  },
  {
    name: 'a meter that never runs full',
    caught: 'a metered connection wants no more',
    fault: { connection: (right) => ({ meterUnsent: (ms) => right.meterUnsent(ms), wantedBytes: 1 }) },
  },
  {
    name: 'streams get lost',
    caught: '10,000 streams in sequence',
    fault: {
      events(right) {
        let seen = 0;
        return {
          onUniStream(stream) {
            if (++seen === 5_000) stream.stop(0);
            else right.onUniStream(stream);
          },
        };
      },
    },
  },
];
