import t from 'tap';
import { Observers } from '../src/observers.js';

interface Heard {
  heard(event: string): void;
}

function recorder(log: string[], name: string, then?: (event: string) => void): Heard {
  return {
    heard(event) {
      log.push(`${name}:${event}`);
      then?.(event);
    },
  };
}

t.test('everybody hears every event in order', async (t) => {
  const log: string[] = [];
  const observers = new Observers<Heard>();
  observers.add(recorder(log, 'a'));
  observers.add(recorder(log, 'b'));
  observers.notify((o) => o.heard('1'));
  observers.notify((o) => o.heard('2'));
  t.same(log, ['a:1', 'b:1', 'a:2', 'b:2']);
  t.equal(observers.size, 2);
});

t.test('one that throws is reported and the others are served', async (t) => {
  const log: string[] = [];
  const faults: unknown[] = [];
  const error = new Error('broken');
  const observers = new Observers<Heard>((fault) => faults.push(fault));
  observers.add({
    heard() {
      throw error;
    },
  });
  observers.add(recorder(log, 'b'));
  observers.notify((o) => o.heard('1'));
  t.same(log, ['b:1']);
  t.same(faults, [error]);
});

t.test('without a fault handler the first error is thrown once all were served', async (t) => {
  const log: string[] = [];
  const observers = new Observers<Heard>();
  observers.add({
    heard() {
      throw new Error('first');
    },
  });
  observers.add(recorder(log, 'b'));
  t.throws(() => observers.notify((o) => o.heard('1')), { message: 'first' });
  t.same(log, ['b:1']);
  t.throws(() => observers.notify((o) => o.heard('2')), { message: 'first' }, 'it goes on working');
  t.same(log, ['b:1', 'b:2']);
});

t.test('one that unsubscribes in a callback hears no more, at once', async (t) => {
  const log: string[] = [];
  const observers = new Observers<Heard>();
  const removeB: { call?: () => void } = {};
  observers.add(recorder(log, 'a', () => removeB.call?.()));
  removeB.call = observers.add(recorder(log, 'b'));
  observers.add(recorder(log, 'c'));
  observers.notify((o) => o.heard('1'));
  removeB.call();
  t.same(log, ['a:1', 'c:1']);
  t.equal(observers.size, 2);
});

t.test('an event caused in a callback comes after the present one for everybody', async (t) => {
  const log: string[] = [];
  const observers = new Observers<Heard>();
  observers.add(
    recorder(log, 'a', (event) => {
      if (event === '1') observers.notify((o) => o.heard('2'));
    }),
  );
  observers.add(recorder(log, 'b'));
  observers.notify((o) => o.heard('1'));
  t.same(log, ['a:1', 'b:1', 'a:2', 'b:2']);
});

t.test('one added in a callback hears only what happens after it was added', async (t) => {
  const log: string[] = [];
  const observers = new Observers<Heard>();
  observers.add(
    recorder(log, 'a', (event) => {
      if (event !== '1') return;
      observers.notify((o) => o.heard('2'));
      observers.add(recorder(log, 'late'));
      observers.notify((o) => o.heard('3'));
    }),
  );
  observers.notify((o) => o.heard('1'));
  t.same(log, ['a:1', 'a:2', 'a:3', 'late:3']);
});
