/** `longhaul bench run`: the runs of a benchmark, then its report. */
import { availableParallelism } from 'node:os';
import { CliError, type ExtraCommand, Interrupt, Progress } from '@longhaul/cli';
import type { RunnerState, RunOutcome } from '../run/index.js';
import type { RunArguments } from '../run/options.js';

/** The subcommand. */
export const run: ExtraCommand = {
  command: 'run',
  describe: 'run the arms over the emulated links and write a result directory with a report',
  builder: (yargs) =>
    yargs
      .option('quick', {
        type: 'boolean',
        describe: '4 profiles, 3 arms, 2 seeds of 8 s: under ten minutes',
      })
      .option('profiles', text('links by commas; all by default'))
      .option('arms', text('arms or sets of them (core, ablation) by commas; core by default'))
      .option('scenarios', text('what is done on the link, by commas; live by default'))
      .option('seeds', count('blocks of each profile; 5 by default'))
      .option('first-seed', count('the seeds count from this; 1 by default'))
      .option('duration', count('seconds that a viewer watches; 30 by default'))
      .option('shape', text('the broadcast; 2.5m-2s by default'))
      .option('out', text('result directory to make'))
      .option('resume', text('result directory to go on with'))
      .option('jobs', count('runs at a time, up to 8; one for each processor by default'))
      .option('nice', {
        type: 'boolean',
        describe: 'leave priorities alone; without it what is measured has the highest',
      })
      .option('attempts', count('tries of a run until one is valid; 3 by default'))
      .example('$0 bench run --quick', 'an overview within ten minutes')
      .example(
        '$0 bench run --profiles hk-fra --arms tcp-bbr,quic-bbr-live --seeds 10',
        'two arms on one link',
      )
      .example('$0 bench run --resume longhaul-bench-20260801-143005', 'go on after an interruption')
      .epilogue(
        'Exit codes: 0 every run has a valid record, 1 none has or the records cannot be written, 2 bad input or no namespaces, 3 some runs stayed invalid (they are listed), 130 interrupted.',
      ),
  handler: async (argv) => handle(argv as RunArguments & { resume?: string }),
};

async function handle(given: RunArguments & { resume?: string }): Promise<void> {
  const [{ resumeBench, runBench }, { parseResume, parseRun }, { profileNames }] = await Promise.all([
    import('../run/index.js'),
    import('../run/options.js'),
    import('../run/netem-link.js'),
  ]);
  const { resume } = given;
  if (resume !== undefined) refuseOthers(given);
  const interrupt = new Interrupt();
  const watch = new Watch();
  const hooks = {
    signal: interrupt.signal,
    onLine: (line: string) => watch.line(line),
    onStart: (state: () => RunnerState) => watch.start(state),
  };
  try {
    const outcome =
      resume === undefined
        ? await runBench(
            parseRun(given, { profiles: profileNames(), now: new Date(), cpus: availableParallelism() }),
            hooks,
          )
        : await resumeBench(resume, parseResume(given), hooks);
    watch.stop();
    await finish(outcome);
  } finally {
    watch.stop();
    interrupt.dispose();
  }
}

/** A resumed benchmark has the settings that it was begun with; how many runs are made at a time is none of them. */
function refuseOthers(given: RunArguments): void {
  const keys = [
    'quick',
    'profiles',
    'arms',
    'scenarios',
    'seeds',
    'firstSeed',
    'duration',
    'shape',
    'out',
    'attempts',
  ];
  const other = keys.find((key) => given[key as keyof RunArguments] !== undefined);
  if (other !== undefined)
    throw new CliError(
      'LH_CLI_USAGE',
      `--resume goes on with the settings it was begun with: leave out --${other}`,
    );
}

/** Some runs have a valid record, and some have none. */
const EXIT_MISSING = 3;

async function finish(outcome: RunOutcome): Promise<void> {
  const { directory, planned, valid, missing, attempts, interrupted } = outcome;
  const counts = `${valid} of ${planned} runs valid, ${attempts} invalid attempts`;
  const { nameOf } = await import('../run/runner.js');
  if (valid > 0) {
    const { writeReport } = await import('../report/index.js');
    const { text, html } = await writeReport(directory);
    process.stdout.write(`${text}\n\nreport: ${html}\n`);
  }
  process.stderr.write(`${counts}\n`);
  for (const { spec, reasons } of missing)
    process.stderr.write(`missing: ${nameOf(spec)}: ${reasons.join('; ')}\n`);
  if (interrupted)
    throw Object.assign(new Error(`interrupted; go on with: longhaul bench run --resume ${directory}`), {
      exitCode: 130,
    });
  if (valid === 0) throw new Error(`no run was valid; ${directory}/invalid has what came, and why not`);
  if (missing.length > 0) {
    const words = `${missing.length} of ${planned} runs stayed invalid in every attempt; the report counts them`;
    throw Object.assign(new Error(words), { exitCode: EXIT_MISSING });
  }
}

/** A bar on a terminal; elsewhere a line for each run, with the time left. */
class Watch {
  #progress: Progress | undefined;
  #state: (() => RunnerState) | undefined;

  start(state: () => RunnerState): void {
    this.#state = state;
    if (!process.stderr.isTTY) return;
    this.#progress = new Progress({
      stream: process.stderr,
      state: () => {
        const { done, total, current, leftMs, invalidAttempts } = state();
        const invalid = invalidAttempts === 0 ? '' : `, ${invalidAttempts} invalid`;
        return {
          text: `${done}/${total}${invalid}, ${minutes(leftMs)} left: ${current.join(', ')}`,
          share: total === 0 ? 1 : done / total,
        };
      },
    });
  }

  line(line: string): void {
    const left = this.#state === undefined ? '' : `, ${minutes(this.#state().leftMs)} left`;
    if (this.#progress === undefined) process.stderr.write(`${line}${left}\n`);
    // Above the bar, which draws itself again.
    else if (/INVALID|left out/.test(line)) process.stderr.write(`\r\x1b[2K${line}\n`);
  }

  stop(): void {
    this.#progress?.stop();
    this.#progress = undefined;
  }
}

function minutes(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const [hours, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return hours > 0 ? `${hours} h ${rest} min` : `${rest} min ${seconds % 60} s`;
}

function text(describe: string) {
  return { type: 'string', requiresArg: true, describe } as const;
}

function count(describe: string) {
  return { type: 'number', requiresArg: true, describe } as const;
}
