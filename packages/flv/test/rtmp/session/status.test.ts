import t from 'tap';
import { AmfEcmaArray, amfObject } from '../../../src/index.js';
import { findStatus, statusObject } from '../../../src/rtmp/session/status.js';

t.test('a status goes there and back', async (t) => {
  const status = { level: 'warning', code: 'A.B', description: 'c' } as const;
  t.same(findStatus([null, statusObject(status)]), status);
});

t.test('what is missing or of another type is filled in', async (t) => {
  t.same(findStatus([amfObject({ code: 'A' })]), { level: 'status', code: 'A', description: '' });
  t.same(findStatus([amfObject({ code: 'A', level: 'odd', description: 5 })]), {
    level: 'status',
    code: 'A',
    description: '',
  });
  t.same(findStatus([new AmfEcmaArray(amfObject({ code: 'A', level: 'error' }))]), {
    level: 'error',
    code: 'A',
    description: '',
  });
});

t.test('without a code there is no status', async (t) => {
  t.equal(findStatus([null, 'A', amfObject({ level: 'error' }), amfObject({ code: 5 })]), undefined);
});
