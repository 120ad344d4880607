import fc from 'fast-check';
import t from 'tap';
import { Rounds } from '../../src/memory/rounds.js';

interface Member {
  readonly name: string;
}
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => ({ name })) as [Member, Member, Member, Member];

function order(rounds: Rounds<Member>): string {
  const names: string[] = [];
  for (let next = rounds.first(); next; next = rounds.first()) {
    names.push(next.name);
    rounds.delete(next);
  }
  return names.join('');
}

t.test('the highest priority comes first, equals in the order they came', async (t) => {
  const rounds = new Rounds<Member>();
  rounds.add(a, 1);
  rounds.add(b, 5);
  rounds.add(c, -3);
  rounds.add(d, 5);
  t.equal(rounds.size, 4);
  t.same([...rounds].map((each) => each.name).sort(), ['a', 'b', 'c', 'd']);
  t.equal(order(rounds), 'bdac');
  t.equal(rounds.size, 0);
});

t.test('one that had its turn goes behind its equals', async (t) => {
  const rounds = new Rounds<Member>();
  for (const each of [a, b, c]) rounds.add(each, 1);
  rounds.rotate(a);
  t.equal(rounds.first(), b);
  rounds.rotate(b);
  t.equal(order(rounds), 'cab');
});

t.test('adding again keeps the place at the same priority and moves at another', async (t) => {
  const rounds = new Rounds<Member>();
  for (const each of [a, b, c]) rounds.add(each, 1);
  rounds.add(a, 1);
  t.equal(rounds.first(), a);
  rounds.add(a, 0);
  t.equal(order(rounds), 'bca');
});

t.test('strangers are let alone, clear forgets all', async (t) => {
  const rounds = new Rounds<Member>();
  rounds.delete(a);
  rounds.rotate(a);
  t.notOk(rounds.has(a));
  t.equal(rounds.first(), undefined);
  rounds.add(a, 1);
  t.ok(rounds.has(a));
  rounds.clear();
  t.equal(rounds.first(), undefined);
  t.equal(rounds.size, 0);
});

t.test('any sequence of calls leaves what a sorted list would', async (t) => {
  const members = [a, b, c, d];
  const call = fc.record({
    who: fc.nat(3),
    what: fc.constantFrom('add', 'delete', 'rotate'),
    priority: fc.nat(2),
  });
  fc.assert(
    fc.property(fc.array(call, { maxLength: 40 }), (calls) => {
      const rounds = new Rounds<Member>();
      let model: Array<{ member: Member; priority: number }> = [];
      for (const { who, what, priority } of calls) {
        const member = members[who] as Member;
        const before = model.find((entry) => entry.member === member);
        const others = model.filter((entry) => entry.member !== member);
        if (what === 'add') {
          rounds.add(member, priority);
          if (before?.priority !== priority) model = [...others, { member, priority }];
        } else if (what === 'delete') {
          rounds.delete(member);
          model = others;
        } else {
          rounds.rotate(member);
          if (before) model = [...others, before];
        }
      }
      const wanted = [...model].sort((x, y) => y.priority - x.priority).map((entry) => entry.member.name);
      return order(rounds) === wanted.join('');
    }),
  );
  t.pass('in all runs');
});
