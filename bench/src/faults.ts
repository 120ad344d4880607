/** `npm run bench:faults`: relays are killed and ended at random times; what the other one is left with. */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { formatTable, percentiles } from '@longhaul/cli';
import { type FaultReport, LINK_BACK_MS, type RoundReport, runRounds } from './faults/rounds.js';

const USAGE = `npm run bench:faults -- [OPTIONS]

Runs an edge and a center with publishers and viewers that come back whenever they are thrown out. In each round one of
the two is killed (SIGKILL) or ended (SIGTERM) at a random time and started again on the same ports. Exit code 1 when a
link is not back ${LINK_BACK_MS} ms after its port, a viewer is not served again, or the survivor keeps what it did not hold before; at the end
memory may be 64 MiB above where it stood before anybody came.

  --rounds N      of each signal (20)
  --seed N        of victims and times (1)
  --broadcasts N  publishers, each with a viewer (3)
  --json          one JSON object on standard output
  --help`;

/** Runs it; resolves with the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { type: 'string' },
      seed: { type: 'string' },
      broadcasts: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const plan = {
    rounds: Number(values.rounds ?? '20'),
    seed: Number(values.seed ?? '1'),
    broadcasts: Number(values.broadcasts ?? '3'),
  };
  if (!Object.values(plan).every((value) => Number.isInteger(value) && value >= 1 && value <= 10_000)) {
    note('bench:faults: --rounds, --seed and --broadcasts are whole numbers from 1 to 10000');
    return 2;
  }
  const loadBefore = loadavg()[0] as number;
  const report = await runRounds(plan, note);
  const ok = holds(report);
  const body = values.json
    ? JSON.stringify({ scenario: plan, loadBefore, ok, ...report }, null, 2)
    : `${describe(report)}\nload before ${loadBefore.toFixed(2)}; ${ok ? 'every promise was kept' : 'FAILED'}`;
  process.stdout.write(`${body}\n`);
  return ok ? 0 : 1;
}

/** True when no promise was broken. */
export function holds({ rounds, left, complaints }: FaultReport): boolean {
  return (
    rounds.every(({ failures }) => failures.length === 0) && left.length === 0 && complaints.length === 0
  );
}

function describe({ rounds, left, complaints }: FaultReport): string {
  const kinds = (['SIGKILL', 'SIGTERM'] as const).flatMap((signal) =>
    (['edge', 'center'] as const).map((victim) => ({ signal, victim })),
  );
  const rows = kinds.map(({ signal, victim }) => {
    const some = rounds.filter((round) => round.signal === signal && round.victim === victim);
    const cells = (of: (round: RoundReport) => number) => {
      const values = percentiles(some.map(of).filter(Number.isFinite));
      return values === undefined ? ['-', '-'] : [values.p50.toFixed(0), values.max.toFixed(0)];
    };
    return [
      `${signal} ${victim}`,
      String(some.length),
      String(some.filter(({ failures }) => failures.length > 0).length),
      ...cells(({ linkBackMs }) => linkBackMs),
      ...cells(({ servedMs }) => servedMs),
      ...cells(({ restoredMs }) => restoredMs),
    ];
  });
  const head = ['ms', 'rounds', 'failed', 'link p50', 'max', 'served p50', 'max', 'restored p50', 'max'];
  const words = [
    ...left.map((line) => `left behind: ${line}`),
    ...complaints.map((line) => `complaint: ${line}`),
  ];
  return [formatTable([head, ...rows]), ...words].join('\n');
}
