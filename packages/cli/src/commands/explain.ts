/** `longhaul explain`: where the delay of a link or a broadcast came from. */
import { writeFile } from 'node:fs/promises';
import type { Explanation, TraceAnswer } from '@longhaul/relay';
import type { Argv } from 'yargs';
import { DEFAULT_ADMIN, originOf } from '../cc/admin.js';
import { asCliError, CliError } from '../errors.js';
import * as Admin from '../explain/admin.js';
import * as Join from '../explain/join.js';
import * as Steps from '../explain/steps.js';
import * as Text from '../explain/text.js';
import type { Output } from '../output.js';

const DEFAULT_SECONDS = 10;
const MOST_SECONDS = 60;

/** Adds the command to the parser. */
export function explain(yargs: Argv, output: Output): Argv {
  return yargs.command(
    'explain <name>',
    'where the delay of a link or broadcast came from in the last minute',
    explainOptions,
    (argv) =>
      argv.trace === undefined ? tell(argv, output) : trace(argv, { ...argv, file: argv.trace }, output),
  );
}

const explainOptions = (command: Argv) =>
  command
    .positional('name', {
      type: 'string',
      demandOption: true,
      describe: 'relay id of the far end of a link, or a broadcast: APP/STREAM',
    })
    .option('admin', {
      type: 'string',
      requiresArg: true,
      describe: `admin address of the relay (without it: ${DEFAULT_ADMIN})`,
    })
    .option('with', {
      type: 'string',
      requiresArg: true,
      describe: 'admin address of the relay at the other end of the link: both are joined',
    })
    .option('trace', {
      type: 'string',
      requiresArg: true,
      describe: 'follow each frame of the broadcast and write its times to this file, a JSON line a frame',
    })
    .option('seconds', {
      type: 'number',
      requiresArg: true,
      describe: `how long to trace, 1 to ${MOST_SECONDS} (without it: ${DEFAULT_SECONDS})`,
    })
    .option('json', { type: 'boolean', describe: 'for a program' })
    .example('$0 explain center-1', 'a link')
    .example('$0 explain live/sample --admin http://edge:8081 --with http://center:8081', 'over both ends')
    .example('$0 explain live/sample --trace frames.jsonl --seconds 20', 'each frame');

interface Common {
  readonly name: string;
  readonly admin?: string | undefined;
  readonly with?: string | undefined;
  readonly json?: boolean | undefined;
}

async function tell(argv: Common & { seconds?: number | undefined }, output: Output): Promise<void> {
  if (argv.seconds !== undefined) throw new CliError('LH_CLI_USAGE', '--seconds goes with --trace FILE');
  const here = await Admin.explanation(originOf(argv.admin), argv.name);
  const there = argv.with === undefined ? undefined : await otherEnd(here, originOf(argv.with, '--with'));
  const joined = there === undefined ? undefined : Join.joinWays(here, there);
  if (argv.json === true) {
    output.line(
      JSON.stringify(there === undefined ? here : { here, there, joined: joined ?? null }, null, 2),
    );
    return;
  }
  if (joined !== undefined) output.line(`${describeJoined(joined)}\n`);
  output.line(Text.describe(here));
  if (there !== undefined) output.line(`\n${Text.describe(there)}`);
}

/** The same subject at the other end: a link has the name of its far end there. */
function otherEnd(here: Explanation, admin: string): Promise<Explanation> {
  return Admin.explanation(admin, here.subject.kind === 'link' ? here.relay : here.subject.name);
}

function describeJoined({ sender, receiver, p95 }: Join.JoinedWay): string {
  return [
    `from ${sender} to the viewers of ${receiver}, both relays joined (their p95 are of different frames):`,
    ...Text.bars('received', p95),
  ].join('\n');
}

async function trace(
  argv: Common & { readonly seconds?: number | undefined },
  { file, seconds = DEFAULT_SECONDS }: { readonly file: string; readonly seconds?: number | undefined },
  output: Output,
): Promise<void> {
  if (!(seconds >= 1 && seconds <= MOST_SECONDS))
    throw new CliError('LH_CLI_USAGE', `--seconds ${seconds}: write 1 to ${MOST_SECONDS}`);
  const admins = [originOf(argv.admin), ...(argv.with === undefined ? [] : [originOf(argv.with, '--with')])];
  output.note(`following ${argv.name} for ${seconds} s`);
  const [here, there] = await Promise.all(admins.map((admin) => Admin.trace(admin, argv.name, seconds)));
  if (here === undefined) return;
  const joined = there === undefined ? undefined : Join.joinTraces(here, there);
  if (there !== undefined && joined === undefined) {
    const why = `${here.relay} and ${there.relay} have no frames of it in common over a link`;
    throw new CliError('LH_CLI_NOTHING', why);
  }
  const frames: readonly object[] = joined?.frames ?? here.frames;
  await writeLines(file, [headOf(here, joined), ...frames]);
  if (argv.json === true)
    output.line(JSON.stringify({ ...headOf(here, joined), frames: frames.length, file }));
  else
    output.line(
      `${describeHead(here, joined)}\n${joined ? Steps.describeJoined(joined) : Steps.describeSteps(here.frames)}`,
    );
}

function headOf(
  { relay, broadcast, epoch, leftOut }: TraceAnswer,
  joined: Join.JoinedTrace | undefined,
): object {
  const common = { broadcast, epoch, leftOut };
  if (joined === undefined) return { relay, ...common };
  const { sender, receiver, offsetMs, withinMs } = joined;
  return { sender, receiver, offsetMs, withinMs, ...common };
}

function describeHead(
  { broadcast, relay, frames }: TraceAnswer,
  joined: Join.JoinedTrace | undefined,
): string {
  if (joined === undefined) return `${frames.length} frames of ${broadcast} at ${relay}`;
  const clocks = `clocks joined by a probe, right to ${joined.withinMs.toFixed(1)} ms`;
  return `${joined.frames.length} frames of ${broadcast} from ${joined.sender} to ${joined.receiver}; ${clocks}`;
}

async function writeLines(file: string, lines: readonly object[]): Promise<void> {
  try {
    await writeFile(file, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
  } catch (error) {
    throw asCliError(error, 'LH_CLI_FILE');
  }
}
