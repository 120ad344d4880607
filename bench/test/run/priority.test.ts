import t from 'tap';
import { keepPriority, raisePriority } from '../../src/run/priority.js';

function callsOf(nice: number, isAllowed: boolean) {
  const set: number[] = [];
  return {
    set,
    getPriority: () => set.at(-1) ?? nice,
    setPriority: (to: number) => {
      if (!isAllowed) throw Object.assign(new Error('A system error occurred'), { code: 'EACCES' });
      set.push(to);
    },
  };
}

t.test('the highest priority is taken and given back', async (t) => {
  const calls = callsOf(5, true);
  const priority = raisePriority(calls);
  t.match(priority, { nice: -20, words: 'nice -20, raised from 5' });
  priority.restore();
  t.same(calls.set, [-20, 5]);
});

t.test('where it is not allowed the words say so', async (t) => {
  const priority = raisePriority(callsOf(0, false));
  t.match(priority, { nice: 0, words: 'nice 0, no more is allowed (EACCES)' });
  priority.restore();
});

t.test('what has it already, or is to keep what it has, is left alone', async (t) => {
  const highest = callsOf(-20, true);
  t.match(raisePriority(highest), { nice: -20, words: 'nice -20, as it was' });
  const low = callsOf(10, true);
  keepPriority(low).restore();
  t.same([...highest.set, ...low.set], []);
});
