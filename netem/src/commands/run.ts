/** `longhaul netem run`: a command at one end of a link, gone with it. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Argv, CommandModule } from 'yargs';
import { NetemError } from '../errors.js';
import type { EmulatedLink } from '../link/emulated-link.js';
import { openLink } from '../link/open-link.js';
import type { Backend } from '../probe.js';
import { auditText } from './audit-text.js';
import { DEFAULT_SEED, linkOptions, PASS_THROUGH } from './options.js';

interface RunArguments {
  readonly profile: string;
  readonly seed?: number;
  readonly backend?: Backend;
  readonly at?: 'sender' | 'receiver';
  readonly sender?: string;
  readonly receiver?: string;
  readonly wait?: number;
  readonly duration?: number;
  readonly record?: string;
  readonly json?: boolean;
  readonly '--'?: readonly unknown[];
}

/** The command. */
export const run: CommandModule<object, RunArguments> = {
  command: 'run <profile>',
  describe: 'run a command on an emulated link: longhaul netem run PROFILE -- COMMAND',
  builder: (yargs) => describeOptions(yargs) as never,
  handler: async (argv) => {
    const command = (argv['--'] ?? []).map(String);
    if (command.length === 0)
      throw new NetemError('LH_NETEM_USAGE', 'run what? longhaul netem run PROFILE -- COMMAND');
    checkNumber('duration', argv.duration);
    checkNumber('wait', argv.wait);
    const link = await openLink({
      profile: argv.profile,
      seed: argv.seed ?? DEFAULT_SEED,
      ...(argv.backend === undefined ? {} : { backend: argv.backend }),
      ...(argv.record === undefined ? {} : { record: argv.record }),
    });
    try {
      await runOn(link, command, argv);
    } finally {
      await link.close();
    }
  },
};

function describeOptions(yargs: Argv): Argv {
  return linkOptions(yargs)
    .parserConfiguration(PASS_THROUGH)
    .option('backend', {
      choices: ['router', 'tc'],
      describe: 'what carries the packets: our router (without it), or the kernel',
    })
    .option('at', { choices: ['sender', 'receiver'], describe: 'the end that COMMAND runs at (sender)' })
    .option('receiver', {
      type: 'string',
      requiresArg: true,
      describe: 'shell command to run at the receiver meanwhile, say a server',
    })
    .option('sender', { type: 'string', requiresArg: true, describe: 'the same for the sender' })
    .option('wait', {
      type: 'number',
      requiresArg: true,
      describe: `ms between them and COMMAND (${DEFAULT_WAIT_MS})`,
    })
    .option('duration', { type: 'number', requiresArg: true, describe: 'end COMMAND after these seconds' })
    .option('record', { type: 'string', requiresArg: true, describe: 'file for one line a packet' })
    .option('json', { type: 'boolean', describe: 'the audit as one JSON object on standard error' })
    .example("$0 netem run hk-fra --receiver 'iperf3 -s' -- iperf3 -c 10.77.0.2", 'bulk TCP')
    .example('$0 netem run lte-drive -- ping -c 20 10.77.0.2', 'a round trip of its own')
    .epilogue(
      'Both commands find the addresses in LONGHAUL_SENDER and LONGHAUL_RECEIVER (with a 6 at the end: IPv6).',
    );
}

async function runOn(link: EmulatedLink, command: readonly string[], argv: RunArguments): Promise<void> {
  const env = environment(link);
  for (const end of ['sender', 'receiver'] as const) {
    const beside = argv[end];
    if (beside === undefined) continue;
    link[end].spawn('sh', ['-c', beside], { stdio: ['ignore', 'inherit', 'inherit'], env });
  }
  if (argv.sender !== undefined || argv.receiver !== undefined) await sleep(argv.wait ?? DEFAULT_WAIT_MS);
  await link.start();
  const [program = '', ...args] = command;
  const child = link[argv.at ?? 'sender'].spawn(program, args, { stdio: 'inherit', env });
  const outcome = await outcomeOf(child, argv.duration);
  const audit = await link.audit();
  process.stderr.write(`\n${argv.json ? JSON.stringify(audit) : auditText(audit)}\n`);
  if (outcome.exitCode !== 0)
    throw Object.assign(new NetemError('LH_NETEM_PROGRAM', `${program} ended with ${outcome.words}`), {
      exitCode: outcome.exitCode,
    });
}

/** Waits for the command; an interrupt is the command's to handle, and it ends the wait. */
async function outcomeOf(
  child: ChildProcess,
  durationS: number | undefined,
): Promise<{ exitCode: number; words: string }> {
  let asked = false;
  const end = () => {
    asked = true;
    child.kill('SIGTERM');
  };
  // The terminal sends the interrupt to the command as well.
  const interrupted = () => {
    asked = true;
  };
  process.on('SIGINT', interrupted).on('SIGTERM', end);
  const timer = durationS === undefined ? undefined : setTimeout(end, durationS * 1000);
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return { exitCode: asked && code === null ? 0 : (code ?? 1), words: signal ?? `exit code ${code}` };
  } finally {
    clearTimeout(timer);
    process.off('SIGINT', interrupted).off('SIGTERM', end);
  }
}

function environment(link: EmulatedLink): NodeJS.ProcessEnv {
  return {
    ...process.env,
    LONGHAUL_SENDER: link.sender.address,
    LONGHAUL_RECEIVER: link.receiver.address,
    LONGHAUL_SENDER6: link.sender.address6,
    LONGHAUL_RECEIVER6: link.receiver.address6,
    LONGHAUL_PROFILE: link.profile.name,
    LONGHAUL_SEED: String(link.seed),
  };
}

function checkNumber(name: string, value: number | undefined): void {
  if (value !== undefined && !(value >= 0 && value <= MOST))
    throw new NetemError('LH_NETEM_USAGE', `--${name} must be 0 to ${MOST}, got ${value}`);
}

const DEFAULT_WAIT_MS = 500;
/** Timers of Node end at 2^31 ms. */
const MOST = 2_000_000;
