/** Transports that break one rule each. */
import type {
  BidiStream,
  Connection,
  ConnectionEvents,
  ReceiveEvents,
  ReceiveStream,
  SendEvents,
  SendStream,
} from '../../src/index.js';

/** A transport with one fault: how each part of a connection is replaced. Absent parts are left alone. */
export interface Fault {
  readonly connection?: (right: Connection) => Partial<Connection>;
  readonly events?: (right: ConnectionEvents) => Partial<ConnectionEvents>;
  readonly send?: (right: SendStream) => Partial<SendStream>;
  readonly sendEvents?: (right: SendEvents) => Partial<SendEvents>;
  readonly receive?: (right: ReceiveStream) => Partial<ReceiveStream>;
  readonly receiveEvents?: (right: ReceiveEvents) => Partial<ReceiveEvents>;
}

/** `right` with a fault. */
export function faulty(right: Connection, fault: Fault): Connection {
  const send = (stream: SendStream): SendStream => {
    const changes = fault.send?.(stream) ?? {};
    const listen = changes.listen ?? ((events: SendEvents) => stream.listen(events));
    return changed(stream, {
      ...changes,
      listen: (events) => listen(changed(events, fault.sendEvents?.(events) ?? {})),
    });
  };
  const receive = (stream: ReceiveStream): ReceiveStream => {
    const changes = fault.receive?.(stream) ?? {};
    const read = changes.read ?? ((events: ReceiveEvents) => stream.read(events));
    return changed(stream, {
      ...changes,
      read: (events) => read(changed(events, fault.receiveEvents?.(events) ?? {})),
    });
  };
  const bidi = (stream: BidiStream): BidiStream => ({
    id: stream.id,
    send: send(stream.send),
    receive: receive(stream.receive),
  });
  const connection = changed(right, fault.connection?.(right) ?? {});
  return changed(connection, {
    attach(events) {
      const wrong = changed(events, fault.events?.(events) ?? {});
      connection.attach({
        onUniStream: (stream) => wrong.onUniStream(receive(stream)),
        onBidiStream: (stream) => wrong.onBidiStream(bidi(stream)),
        onDatagram: (bytes) => wrong.onDatagram(bytes),
        onWanted: () => wrong.onWanted?.(),
        onClosed: (info) => wrong.onClosed(info),
      });
    },
    openUni: (options) => send(connection.openUni(options)),
    openBidi: (options) => bidi(connection.openBidi(options)),
  });
}

/** `right` with some of its members replaced. */
function changed<Target extends object>(right: Target, changes: Partial<Target>): Target {
  return new Proxy(right, {
    get(target, key) {
      if (Object.hasOwn(changes, key)) return Reflect.get(changes, key);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
