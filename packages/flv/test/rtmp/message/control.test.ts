import t from 'tap';
import { DEFAULT_RTMP_LIMITS } from '../../../src/index.js';
import * as Abort from '../../../src/rtmp/message/abort.js';
import * as Acknowledgement from '../../../src/rtmp/message/acknowledgement.js';
import * as SetChunkSize from '../../../src/rtmp/message/set-chunk-size.js';
import * as SetPeerBandwidth from '../../../src/rtmp/message/set-peer-bandwidth.js';
import * as UserControl from '../../../src/rtmp/message/user-control.js';
import * as WindowAcknowledgementSize from '../../../src/rtmp/message/window-acknowledgement-size.js';

/** Every control message with its bytes. */
const VECTORS: readonly {
  name: string;
  value: unknown;
  bytes: string;
  decode: (payload: Uint8Array) => unknown;
  encode: () => Uint8Array;
}[] = [
  numeric('Set Chunk Size', 4096, '00001000', {
    decode: (payload) => SetChunkSize.decode(payload, DEFAULT_RTMP_LIMITS),
    encode: SetChunkSize.encode,
  }),
  numeric('Abort', 6, '00000006', Abort),
  numeric('Acknowledgement', 0xfffffffe, 'fffffffe', Acknowledgement),
  numeric('Window Acknowledgement Size', 2_500_000, '002625a0', WindowAcknowledgementSize),
  ...[
    { name: 'hard', value: { windowBytes: 1, limitType: 0 }, bytes: '0000000100' },
    { name: 'dynamic', value: { windowBytes: 2_500_000, limitType: 2 }, bytes: '002625a002' },
  ].map(({ name, value, bytes }) => ({
    name: `Set Peer Bandwidth, ${name}`,
    value,
    bytes,
    decode: SetPeerBandwidth.decode,
    encode: () => SetPeerBandwidth.encode(value),
  })),
  ...[
    { name: 'Stream Begin', value: { event: 0, value: 1 }, bytes: '000000000001' },
    { name: 'Stream EOF', value: { event: 1, value: 1 }, bytes: '000100000001' },
    {
      name: 'Set Buffer Length',
      value: { event: 3, value: 1, bufferMs: 3000 },
      bytes: '00030000000100000bb8',
    },
    { name: 'Ping Request', value: { event: 6, value: 0xffffffff }, bytes: '0006ffffffff' },
    { name: 'Ping Response', value: { event: 7, value: 7 }, bytes: '000700000007' },
  ].map(({ name, value, bytes }) => ({
    name: `User Control, ${name}`,
    value,
    bytes,
    decode: UserControl.decode,
    encode: () => UserControl.encode(value),
  })),
];

for (const { name, value, bytes, decode, encode } of VECTORS) {
  t.test(name, async (t) => {
    const payload = new Uint8Array(Buffer.from(bytes, 'hex'));
    t.strictSame(decode(payload), value);
    t.equal(Buffer.from(encode()).toString('hex'), bytes);
    for (let length = 0; length < payload.length; length++) {
      t.throws(() => decode(payload.subarray(0, length)), { code: 'LH_RTMP_CONTROL' }, `cut at ${length}`);
    }
  });
}

t.test('an acknowledgement counts modulo 2^32', async (t) => {
  t.equal(Acknowledgement.decode(Acknowledgement.encode(2 ** 32 + 5)), 5);
});

t.test('the highest bit of a chunk size means nothing', async (t) => {
  const payload = new Uint8Array(Buffer.from('80001000', 'hex'));
  t.equal(SetChunkSize.decode(payload, DEFAULT_RTMP_LIMITS), 4096);
});

t.test('an unknown user control event is read as far as it goes', async (t) => {
  t.same(UserControl.decode(Uint8Array.of(0, 31)), { event: 31, value: 0 });
  t.same(UserControl.decode(Uint8Array.of(0, 31, 0, 0, 0, 9)), { event: 31, value: 9 });
});

function numeric(
  name: string,
  value: number,
  bytes: string,
  codec: { decode: (payload: Uint8Array) => number; encode: (value: number) => Uint8Array },
) {
  return { name, value, bytes, decode: codec.decode, encode: () => codec.encode(value) };
}
