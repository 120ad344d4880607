/** `longhaul bench gate`: did the paired ratio of two arms get worse than a committed baseline says? docs/benchmark-gate.md */
import { CliError, type ExtraCommand, Interrupt } from '@longhaul/cli';

interface Arguments {
  readonly dir?: string;
  readonly baseline?: string;
  readonly writeBaseline?: boolean;
  readonly out?: string;
  readonly json?: string;
  readonly minutes?: number;
  readonly arm?: string;
  readonly against?: string;
  readonly profiles?: string;
  readonly seeds?: number;
  readonly duration?: number;
  readonly shape?: string;
  readonly margin?: number;
}

/** What a new baseline asks for when nobody says otherwise: about ten minutes. */
const DEFAULTS = {
  arm: 'quic-bbr-live',
  against: 'tcp-bbr',
  profiles: 'hk-sg-core,hk-fra,sg-jnb,us-cn-peak',
  seeds: 4,
  durationS: 8,
  shape: '2.5m-2s',
  marginPercent: 25,
  minutes: 11,
} as const;

/** Options that say what a baseline is of; a gate that judges takes them from the file. */
const PLAN_OPTIONS = ['arm', 'against', 'profiles', 'seeds', 'duration', 'shape', 'margin'] as const;

/** The subcommand. */
export const gate: ExtraCommand = {
  command: 'gate [dir]',
  describe: 'fail when an arm got worse beside another one than a baseline file allows: for CI',
  builder: (yargs) =>
    yargs
      .positional('dir', {
        type: 'string',
        describe: 'judge these results; without it the runs are made first',
      })
      .option('baseline', {
        type: 'string',
        requiresArg: true,
        demandOption: true,
        describe: 'the committed file',
      })
      .option('write-baseline', { type: 'boolean', describe: 'write the file instead of judging by it' })
      .option('out', text('where the runs are kept (without it: .cache/bench-gate, made anew)'))
      .option('json', text('also write the checks to this file'))
      .option('minutes', count(`begin no run after so long (without it: ${DEFAULTS.minutes})`))
      .option('arm', text(`what is watched, for a new baseline (${DEFAULTS.arm})`))
      .option('against', text(`what it is held against (${DEFAULTS.against})`))
      .option('profiles', text(`links by commas (${DEFAULTS.profiles})`))
      .option('seeds', count(`blocks of each link (${DEFAULTS.seeds})`))
      .option('duration', count(`seconds a run (${DEFAULTS.durationS})`))
      .option('shape', text(`the broadcast (${DEFAULTS.shape})`))
      .option('margin', count(`percent that a ratio may be worse (${DEFAULTS.marginPercent})`))
      .example('$0 bench gate --baseline bench/baselines/ci.json', 'run and judge')
      .example('$0 bench gate --baseline ci.json --write-baseline', 'run and write')
      .epilogue(
        'Exit codes: 0 ok, 1 regression, 2 bad input, 3 no valid runs, 4 this host allows no namespaces.',
      ),
  handler: async (argv) => handle(argv as Arguments),
};

async function handle(given: Arguments): Promise<void> {
  const isWrite = given.writeBaseline === true;
  const stray = isWrite ? undefined : PLAN_OPTIONS.find((name) => given[name] !== undefined);
  if (stray !== undefined) {
    throw new CliError(
      'LH_CLI_USAGE',
      `--${stray} stands in the baseline; write it only with --write-baseline`,
    );
  }
  const Gate = await import('../gate/gate.js');
  const interrupt = new Interrupt();
  try {
    const options = {
      baseline: given.baseline as string,
      directory: given.dir,
      out: given.out,
      json: given.json,
      minutes: positive('--minutes', given.minutes ?? DEFAULTS.minutes),
      signal: interrupt.signal,
      onLine: (line: string) => void process.stderr.write(`${line}\n`),
    };
    const text = isWrite ? await Gate.writeBaseline(options, planOf(given)) : await Gate.gate(options);
    process.stdout.write(`${text}\n`);
  } catch (error) {
    const { GateError } = await import('../gate/errors.js');
    throw GateError.ofFailure(error);
  } finally {
    interrupt.dispose();
  }
}

function planOf(given: Arguments) {
  const seeds = positive('--seeds', given.seeds ?? DEFAULTS.seeds);
  return {
    arm: given.arm ?? DEFAULTS.arm,
    against: given.against ?? DEFAULTS.against,
    profiles: (given.profiles ?? DEFAULTS.profiles).split(','),
    seeds: Array.from({ length: Math.ceil(seeds) }, (_, at) => at + 1),
    durationS: positive('--duration', given.duration ?? DEFAULTS.durationS),
    shape: given.shape ?? DEFAULTS.shape,
    margin: positive('--margin', given.margin ?? DEFAULTS.marginPercent) / 100,
  };
}

function positive(option: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new CliError('LH_CLI_USAGE', `${option} ${value}: write a number above 0`);
}

function text(describe: string) {
  return { type: 'string', requiresArg: true, describe } as const;
}

function count(describe: string) {
  return { type: 'number', requiresArg: true, describe } as const;
}
