import t from 'tap';
import { amfObject, DEFAULT_AMF_LIMITS, encodeAmf } from '../../../src/index.js';
import * as Command from '../../../src/rtmp/message/command.js';

const message = (payload: Uint8Array, type = 20) => ({ type, streamId: 0, timestamp: 0, payload });

t.test('a command goes there and back', async (t) => {
  const command = { name: 'connect', transactionId: 1, values: [amfObject({ app: 'live' }), 'more'] };
  const payload = Command.encode(command);
  t.strictSame(Command.decode(message(payload), DEFAULT_AMF_LIMITS), command);
  const amf3 = Buffer.concat([Uint8Array.of(0), payload]);
  t.strictSame(
    Command.decode(message(amf3, 17), DEFAULT_AMF_LIMITS),
    command,
    'type 17 with its leading byte',
  );
  t.strictSame(Command.decode(message(payload, 17), DEFAULT_AMF_LIMITS), command, 'and without');
});

t.test('a name alone is a command that wants no answer', async (t) => {
  t.same(Command.decode(message(encodeAmf(['onBWDone'])), DEFAULT_AMF_LIMITS), {
    name: 'onBWDone',
    transactionId: 0,
    values: [],
  });
});

t.test('what is no command is refused', async (t) => {
  for (const values of [[], [1], ['connect', 'one']]) {
    t.throws(() => Command.decode(message(encodeAmf(values)), DEFAULT_AMF_LIMITS), {
      code: 'LH_RTMP_COMMAND',
    });
  }
  t.throws(() => Command.decode(message(Uint8Array.of(0x11)), DEFAULT_AMF_LIMITS), {
    code: 'LH_RTMP_COMMAND',
    cause: { code: 'LH_FLV_AMF_MARKER' },
  });
});
