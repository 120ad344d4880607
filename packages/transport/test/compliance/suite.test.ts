/** The suite fails every transport that breaks a rule, in the case that is about that rule. */
import { selfDrivenPair } from '@longhaul/testkit';
import t from 'tap';
import {
  COMPLIANCE_CASES,
  type ComplianceCase,
  complianceSuite,
  type MakePair,
  runCase,
} from '../../src/compliance/index.js';
import { faulty } from './faulty.js';
import { MUTANTS } from './mutants.js';

/** On a path without delay every case takes fewer. */
const MOST_TURNS = 3_000;

for (const { name, caught, fault } of MUTANTS) {
  t.test(`caught: ${name}`, async (t) => {
    const behaviour = caseNamed(caught);
    t.same(
      await failures(behaviour, async (options) => selfDrivenPair(options)),
      [],
      'the right transport passes',
    );
    const wrong = await failures(behaviour, async (options) => {
      const pair = selfDrivenPair(options);
      return { ...pair, dialer: faulty(pair.dialer, fault), acceptor: faulty(pair.acceptor, fault) };
    });
    t.not(wrong.length, 0, `the wrong one does not: ${wrong[0]}`);
  });
}

t.test(
  'a transport that cannot meter itself passes when it says so, and fails when it wants too little',
  async (t) => {
    for (const behaviour of COMPLIANCE_CASES.filter(({ name }) => name.startsWith('a metered connection'))) {
      const unmetered = (wantedBytes: number) => async (options: Parameters<MakePair>[0]) => {
        const pair = selfDrivenPair(options);
        const connection = () => ({ meterUnsent: () => false, wantedBytes });
        return { ...pair, dialer: faulty(pair.dialer, { connection }) };
      };
      t.same(await failures(behaviour, unmetered(Number.POSITIVE_INFINITY)), [], behaviour.name);
      if (behaviour.name.includes('asks again')) t.not((await failures(behaviour, unmetered(0))).length, 0);
    }
  },
);

t.test('every case has a name of its own', async (t) => {
  t.equal(new Set(COMPLIANCE_CASES.map((each) => each.name)).size, COMPLIANCE_CASES.length);
});

t.test(
  'the suite runs every case on a pair of its own and closes it, also after a case that throws',
  async (t) => {
    const ran: string[] = [];
    const thrown: string[] = [];
    let open = 0;
    const subtest = { ok: () => {}, equal: () => {}, test: async () => {} };
    await complianceSuite(
      {
        ...subtest,
        async test(name, { timeout }, body) {
          t.ok(timeout > 0 && timeout < 30_000, 'a case ends before tap gives the file up');
          ran.push(name);
          await body(subtest).catch((error: Error) => thrown.push(error.message));
        },
      },
      async (options) => {
        const pair = selfDrivenPair(options);
        open++;
        const broken = faulty(pair.dialer, {
          connection: () => ({
            attach() {
              throw new Error('broken');
            },
            close() {
              throw new Error('broken');
            },
          }),
        });
        return { ...pair, dialer: broken, acceptor: broken, close: async () => void open-- };
      },
    );
    t.same(
      ran,
      COMPLIANCE_CASES.map((each) => each.name),
    );
    t.equal(thrown.length, ran.length);
    t.equal(open, 0, 'every pair was closed');
  },
);

function caseNamed(part: string): ComplianceCase {
  const found = COMPLIANCE_CASES.filter((each) => each.name.startsWith(part));
  if (found.length !== 1) throw new Error(`${found.length} cases begin with: ${part}`);
  return found[0] as ComplianceCase;
}

/** What a case says against a transport: failed asserts, a thrown error, or that it hangs. */
async function failures(behaviour: ComplianceCase, makePair: MakePair): Promise<string[]> {
  const found: string[] = [];
  const check = (right: boolean, message: string) => void (right || found.push(message));
  const assert = {
    ok: (value: unknown, message: string) => check(Boolean(value), message),
    equal: (value: unknown, wanted: unknown, message: string) => check(Object.is(value, wanted), message),
  };
  const done = runCase(assert, behaviour, makePair).then(
    () => true,
    (error: Error) => {
      found.push(error.message);
      return true;
    },
  );
  if (!(await Promise.race([done, turns(MOST_TURNS)]))) found.push('it hangs');
  return found;
}

/** Resolves with false after `count` turns of the event loop. */
async function turns(count: number): Promise<boolean> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
  return false;
}
