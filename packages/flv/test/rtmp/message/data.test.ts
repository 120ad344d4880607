import t from 'tap';
import { encodeAmf } from '../../../src/index.js';
import { dataName, publishedPayload, scriptPayload } from '../../../src/rtmp/message/data.js';

const metadata = encodeAmf(['onMetaData', null]);

t.test('the name is the string at the front', async (t) => {
  t.equal(dataName(metadata), 'onMetaData');
  t.equal(dataName(encodeAmf(['x'.repeat(5000)])), 'x'.repeat(64), 'at most 64 bytes of it');
  for (const payload of [encodeAmf([1]), new Uint8Array(0), Uint8Array.of(2), metadata.subarray(0, 6)]) {
    t.equal(dataName(payload), undefined);
  }
});

t.test('@setDataFrame and the AMF3 byte are taken off, nothing else', async (t) => {
  const set = encodeAmf(['@setDataFrame', 'onMetaData', null]);
  t.same(scriptPayload({ type: 18, payload: set }), metadata);
  t.same(scriptPayload({ type: 15, payload: Buffer.concat([Uint8Array.of(0), set]) }), metadata);
  t.same(scriptPayload({ type: 15, payload: metadata }), metadata);
  t.equal(scriptPayload({ type: 18, payload: metadata }), metadata, 'the same buffer');
  const clear = encodeAmf(['@clearDataFrame', 'onMetaData']);
  t.equal(scriptPayload({ type: 18, payload: clear }), clear);
});

t.test('a publisher hands over onMetaData, and only that, with @setDataFrame', async (t) => {
  t.same(publishedPayload(metadata), encodeAmf(['@setDataFrame', 'onMetaData', null]));
  t.same(scriptPayload({ type: 18, payload: publishedPayload(metadata) }), metadata);
  const cue = encodeAmf(['onCuePoint', null]);
  t.equal(publishedPayload(cue), cue);
});
