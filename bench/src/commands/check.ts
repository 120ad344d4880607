/** `longhaul bench check`: do results keep what delivery over bad links promises? docs/benchmark.md */
import type { ExtraCommand } from '@longhaul/cli';

interface Arguments {
  readonly dir?: string;
  readonly arm?: string;
  readonly plain?: string;
  readonly json?: boolean;
}

/** The subcommand. */
export const check: ExtraCommand = {
  command: 'check <dir>',
  describe: 'hold a result directory against the promises of delivery over bad links, figure by figure',
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'what bench run wrote' })
      .option('arm', text('who is judged (quic-bbr-live)'))
      .option('plain', text('the same without its mechanisms (quic-bbr-live-plain)'))
      .option('json', { type: 'boolean', describe: 'one JSON object' })
      .example('$0 bench run --arms core,ablation --scenarios live,join --out results', 'runs that tell all')
      .example('$0 bench check results', 'met, not met or not measured, with the figures')
      .epilogue('Exit codes: 0 everything that was measured is met, 1 something is not, 2 bad input.'),
  handler: async (argv) => {
    const { dir, arm = 'quic-bbr-live', plain, json } = argv as Arguments;
    const Check = await import('../check/check.js');
    const { PLAIN_ARM } = await import('../check/evidence.js');
    const found = await Check.check(dir as string, { arm, plain: plain ?? PLAIN_ARM });
    process.stdout.write(`${json === true ? JSON.stringify(found, null, 2) : Check.describe(found)}\n`);
    if (found.findings.some(({ state }) => state === 'not met')) process.exitCode = 1;
  },
};

function text(describe: string) {
  return { type: 'string', requiresArg: true, describe } as const;
}
