/** Commands (20, and 17 with AMF0 inside), RTMP 1.0 §7.1.1 and §7.2. */
import { AmfDecoder } from '../../amf0/decode.js';
import { encodeAmf } from '../../amf0/encode.js';
import type { AmfValue } from '../../amf0/value.js';
import { RtmpProtocolError } from '../../errors.js';
import type { AmfLimits } from '../../limits.js';
import { MessageType, type RtmpMessage } from './message.js';

/** A call or its answer. */
export interface Command {
  readonly name: string;
  /** Names the call in its answer (`_result`, `_error`); 0 wants none. */
  readonly transactionId: number;
  /** The command object (null for most), then the arguments. */
  readonly values: readonly AmfValue[];
}

/** @throws RtmpProtocolError `LH_RTMP_COMMAND`, with the AMF error as its cause when that is why */
export function decode(message: RtmpMessage, limits: AmfLimits): Command {
  const values = decodeValues(message, limits);
  const [name, transactionId = 0, ...rest] = values;
  if (typeof name !== 'string' || typeof transactionId !== 'number') {
    throw new RtmpProtocolError('LH_RTMP_COMMAND', 'a command begins with a name and a transaction id');
  }
  return { name, transactionId, values: rest };
}

/** The payload of a type 20 message. */
export function encode(command: Command): Uint8Array {
  return encodeAmf([command.name, command.transactionId, ...command.values]);
}

function decodeValues(message: RtmpMessage, limits: AmfLimits): AmfValue[] {
  const values: AmfValue[] = [];
  try {
    const decoder = new AmfDecoder(message.payload, { offset: amf0Offset(message), limits });
    while (!decoder.done) values.push(decoder.read());
  } catch (error) {
    throw new RtmpProtocolError('LH_RTMP_COMMAND', `a command cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return values;
}

/** An AMF3 command message has one byte, 0, before its AMF0 values (as Flash Player sends them). */
function amf0Offset({ type, payload }: RtmpMessage): number {
  return type === MessageType.COMMAND_AMF3 && payload[0] === 0 ? 1 : 0;
}
