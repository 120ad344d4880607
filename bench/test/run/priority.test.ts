import t from 'tap';
import { keepPriority, takePriority } from '../../src/run/priority.js';

function system(options: { nice: number; isAllowed?: boolean; gone?: number }) {
  const nices = new Map([[0, options.nice]]);
  const check = (pid: number) => {
    if (pid === options.gone) throw Object.assign(new Error('gone'), { code: 'ESRCH' });
  };
  return {
    nices,
    current: () => nices.get(0) as number,
    set: (thread: number, nice: number) => {
      if (options.isAllowed === false) throw Object.assign(new Error('A system error'), { code: 'EACCES' });
      check(thread);
      nices.set(thread, nice);
    },
    threadsOf: (pid: number) => {
      check(pid);
      return [pid, pid + 1];
    },
  };
}

t.test('measured processes have the highest priority, threads and all; the benchmark has less', async (t) => {
  const calls = system({ nice: 10 });
  const priority = takePriority(calls);
  t.equal(calls.nices.get(0), -10);
  priority.raise([100, 200]);
  t.same(
    [100, 101, 200, 201].map((thread) => calls.nices.get(thread)),
    [-20, -20, -20, -20],
  );
  t.equal(priority.words, 'measured processes at nice -20, starting ones at nice -10');
  priority.restore();
  t.equal(calls.nices.get(0), 10);
});

t.test('what has ended is passed over', async (t) => {
  for (const gone of [100, 101]) {
    const calls = system({ nice: 0, gone });
    takePriority(calls).raise([100, 200]);
    t.equal(calls.nices.get(200), -20);
  }
});

t.test('where it is not allowed everything stays, and the words say so', async (t) => {
  const calls = system({ nice: 0, isAllowed: false });
  const priority = takePriority(calls);
  t.equal(priority.words, 'nice 0, no more is allowed (EACCES)');
  priority.raise([100]);
  priority.restore();
  t.same([...calls.nices], [[0, 0]]);
});

t.test('turned off, nothing is touched', async (t) => {
  const calls = system({ nice: -5 });
  const priority = keepPriority(calls);
  priority.raise([100]);
  priority.restore();
  t.equal(priority.words, 'nice -5, as it was');
  t.same([...calls.nices], [[0, -5]]);
});
