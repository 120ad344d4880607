/** `longhaul cc`: congestion control of a running relay's links. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Argv } from 'yargs';
import * as Admin from '../cc/admin.js';
import * as Table from '../cc/table.js';
import * as Watch from '../cc/watch.js';
import { CliError } from '../errors.js';
import { Interrupt } from '../interrupt.js';
import type { Output } from '../output.js';

const DEFAULT_EVERY_MS = 500;

/** Adds the command to the parser. */
export function cc(yargs: Argv, output: Output): Argv {
  return yargs.command('cc', "watch and change the congestion control of a relay's links", (command) =>
    command
      .option('admin', {
        type: 'string',
        requiresArg: true,
        global: true,
        describe: `admin address of the relay (without it: ${Admin.DEFAULT_ADMIN})`,
      })
      .command('list [algorithm]', 'algorithms and their parameters', listOptions, (argv) =>
        list(argv, output),
      )
      .command('show [peer]', 'what the links have and believe', showOptions, (argv) => show(argv, output))
      .command('set <peer>', 'change a live link', setOptions, (argv) => set(argv, output))
      .command('watch [peer]', 'window, rate, round trip and loss, live', watchOptions, (argv) =>
        watch(argv, output),
      )
      .demandCommand(1, 'cc what? See longhaul cc --help'),
  );
}

const listOptions = (command: Argv) =>
  command.positional('algorithm', { type: 'string', describe: 'only the parameters it obeys' });

const showOptions = (command: Argv) =>
  command
    .positional('peer', { type: 'string', describe: 'relay id of the far end (without it: every link)' })
    .option('json', { type: 'boolean', describe: 'for a program' });

const setOptions = (command: Argv) =>
  command
    .positional('peer', { type: 'string', demandOption: true, describe: 'relay id of the far end' })
    .option('algorithm', { type: 'string', requiresArg: true, describe: 'which one decides from now on' })
    .option('knob', {
      type: 'array',
      string: true,
      requiresArg: true,
      describe: 'NAME=VALUE, any number of them',
    })
    .option('reset', { type: 'boolean', describe: 'as the config says again' })
    .example('$0 cc set center --algorithm bbr-live', 'another algorithm on a live link')
    .example('$0 cc set center --knob init_cwnd=32 --knob probe_wait=4000', 'two parameters')
    .example('$0 cc set center --reset', 'back to the config');

const watchOptions = (command: Argv) =>
  command
    .positional('peer', { type: 'string', describe: 'relay id of the far end (without it: the first link)' })
    .option('every', {
      type: 'number',
      requiresArg: true,
      describe: `ms between looks (without it: ${DEFAULT_EVERY_MS})`,
    })
    .option('duration', {
      type: 'number',
      requiresArg: true,
      describe: 'seconds (without it: until Ctrl-C)',
    });

type Common = { admin?: string | undefined };

async function list(argv: Common & { algorithm?: string | undefined }, output: Output): Promise<void> {
  const state = await Admin.congestion(adminOf(argv));
  if (argv.algorithm !== undefined && !state.algorithms.includes(argv.algorithm)) {
    const known = state.algorithms.join(', ');
    throw new CliError('LH_CLI_USAGE', `there is no algorithm "${argv.algorithm}": ${known}`);
  }
  output.line(Table.describeKnobs(state, argv.algorithm));
}

async function show(
  argv: Common & { peer?: string | undefined; json?: boolean | undefined },
  output: Output,
) {
  const state = await Admin.congestion(adminOf(argv));
  const links = argv.peer === undefined ? state.links : [linkTo(state, argv.peer)];
  if (argv.json === true) output.line(JSON.stringify(links, null, 2));
  else if (links.length === 0) output.line('no link over QUIC is open');
  else if (links.length === 1 && links[0] !== undefined) output.line(Table.describeLink(state, links[0]));
  else output.line(Table.describeLinks(links));
}

async function set(
  argv: Common & {
    peer: string;
    algorithm?: string | undefined;
    knob?: (string | number)[] | undefined;
    reset?: boolean | undefined;
  },
  output: Output,
): Promise<void> {
  const knobs = Object.fromEntries((argv.knob ?? []).map((word) => parseKnob(String(word))));
  const nothing = argv.algorithm === undefined && Object.keys(knobs).length === 0;
  if (nothing === (argv.reset !== true)) {
    throw new CliError('LH_CLI_USAGE', 'cc set: write --algorithm NAME, --knob NAME=VALUE, or --reset alone');
  }
  const { algorithm } = argv;
  const wanted = argv.reset ? undefined : { ...(algorithm !== undefined && { algorithm }), knobs };
  output.line(Table.describeLinks([await Admin.change(adminOf(argv), argv.peer, wanted)]));
}

function parseKnob(word: string): [string, number] {
  const [name = '', text = ''] = word.split(/=(.*)/s);
  const value = Number(text);
  if (name === '' || text.trim() === '' || !Number.isFinite(value)) {
    throw new CliError('LH_CLI_USAGE', `--knob ${word}: write NAME=VALUE, such as init_cwnd=32`);
  }
  return [name, value];
}

async function watch(
  argv: Common & { peer?: string | undefined; every?: number | undefined; duration?: number | undefined },
  output: Output,
): Promise<void> {
  const everyMs = argv.every ?? DEFAULT_EVERY_MS;
  if (!(everyMs >= 50)) throw new CliError('LH_CLI_USAGE', `--every ${everyMs}: write at least 50`);
  const interrupt = new Interrupt(argv.duration === undefined ? undefined : argv.duration * 1000);
  const looks: Watch.Look[] = [];
  let drawn = 0;
  try {
    while (!interrupt.signal.aborted) {
      const [peer, look] = await lookAt(argv);
      if (look !== undefined) looks.push(look);
      if (looks.length > Watch.COLUMNS) looks.shift();
      const lines = Watch.draw(peer, looks);
      if (output.stdout.isTTY && drawn > 0) output.stdout.write(`\x1b[${drawn}A\x1b[J`);
      output.line(output.stdout.isTTY ? lines.join('\n') : plain(peer, looks.at(-1)));
      drawn = lines.length;
      await sleep(everyMs, undefined, { signal: interrupt.signal }).catch(() => {});
    }
  } finally {
    interrupt.dispose();
  }
}

async function lookAt(
  argv: Common & { peer?: string | undefined },
): Promise<[string, Watch.Look | undefined]> {
  const rows = await Admin.links(adminOf(argv));
  const row = rows.find(({ peer }) => argv.peer === undefined || peer === argv.peer);
  if (row === undefined) {
    const which = argv.peer === undefined ? 'no link is there' : `there is no link to "${argv.peer}"`;
    throw new CliError('LH_CLI_REFUSED', which);
  }
  const peer = String(row.peer);
  if (row.state !== 'open') return [peer, undefined];
  const number = (key: string) => Number(row[key] ?? 0);
  const look: Watch.Look = {
    atMs: performance.now(),
    algorithm: String(row.congestion ?? 'unknown'),
    phase: String(row.congestionPhase ?? row.transport),
    cwndBytes: number('cwndBytes'),
    pacingBps: number('pacingRateBps'),
    deliveryBps: number('deliveryRateBps'),
    rttMs: number('rttMs'),
    packetsSent: number('packetsSent'),
    packetsLost: number('packetsLost'),
  };
  return [peer, look];
}

/** For a pipe: a line a look. */
function plain(peer: string, look: Watch.Look | undefined): string {
  return look === undefined ? `${peer} connecting` : JSON.stringify({ peer, ...look });
}

function linkTo(state: Admin.CongestionState, peer: string) {
  const link = state.links.find((row) => row.peer === peer);
  if (link !== undefined) return link;
  const open = state.links.map((row) => row.peer).join(', ') || 'none';
  throw new CliError('LH_CLI_REFUSED', `there is no open link over QUIC to "${peer}"; open: ${open}`);
}

function adminOf({ admin }: Common): string {
  return Admin.originOf(admin);
}
