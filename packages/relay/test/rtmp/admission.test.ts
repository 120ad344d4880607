import t from 'tap';
import { Admission, type Pending } from '../../src/rtmp/admission.js';

function client(client: string | undefined, sinceMs: number, progress = 0): Pending & { gone: boolean } {
  return {
    client,
    sinceMs,
    progress,
    gone: false,
    giveWay() {
      this.gone = true;
    },
  };
}

t.test('one over the total is refused while nobody is slow', async (t) => {
  const admission = new Admission(() => ({ maxPending: 2, maxPendingPerAddress: 9 }));
  t.ok(admission.admit(client('a', 0), 0));
  const second = client('b', 50);
  t.ok(admission.admit(second, 50));
  t.notOk(admission.admit(client('c', 99), 99));
  admission.leave(second);
  admission.leave(second);
  t.ok(admission.admit(client('c', 99), 99));
  t.equal(admission.size, 2);
});

t.test('the one that is least far makes room, the oldest of equals first', async (t) => {
  const admission = new Admission(() => ({ maxPending: 3, maxPendingPerAddress: 9 }));
  const far = client('a', 0, 2);
  const [older, younger] = [client('b', 1), client('c', 2)];
  for (const each of [far, older, younger]) admission.admit(each, 2);
  t.ok(admission.admit(client('d', 200), 200));
  t.strictSame([far.gone, older.gone, younger.gone], [false, true, false]);
  t.equal(admission.size, 3);
});

t.test('one address fills its own places only', async (t) => {
  const admission = new Admission(() => ({ maxPending: 100, maxPendingPerAddress: 2 }));
  const other = client('b', 0);
  admission.admit(other, 0);
  const [first, second] = [client('a', 0), client('a', 0)];
  t.ok(admission.admit(first, 0) && admission.admit(second, 0));
  t.notOk(admission.admit(client('a', 50), 50));
  t.ok(admission.admit(client('b', 50), 50));
  t.ok(admission.admit(client('a', 150), 150));
  t.strictSame([other.gone, first.gone, second.gone], [false, true, false]);
});

t.test('no cap per address holds for a client without one', async (t) => {
  const admission = new Admission(() => ({ maxPending: 3, maxPendingPerAddress: 1 }));
  for (let index = 0; index < 3; index++) t.ok(admission.admit(client(undefined, 0), 0));
  t.notOk(admission.admit(client(undefined, 0), 0), 'the total does');
});
