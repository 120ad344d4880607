import { readdir } from 'node:fs/promises';
import { temporaryDirectory } from '@longhaul/testkit';
import t from 'tap';
import type { CommandModule } from 'yargs';
import { type CliExtras, type ExtraCommand, runCli } from '../src/cli.js';
import { packageVersion } from '../src/version.js';
import { catchOutput } from './support/output.js';

/** yargs prints help and version with console.log. */
async function runWithConsole(
  argv: string[],
  extras: CliExtras = {},
): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const { log } = console;
  console.log = (...words: unknown[]) => void lines.push(words.join(' '));
  try {
    const code = await runCli(argv, catchOutput(), extras);
    return { code, text: lines.join('\n') };
  } finally {
    console.log = log;
  }
}

const WRONG: { argv: string[]; says: RegExp }[] = [
  { argv: [], says: /which command/ },
  { argv: ['plya'], says: /plya|Did you mean/ },
  { argv: ['play'], says: /Not enough|url/ },
  { argv: ['play', 'a.flv'], says: /a\.flv.*rtmp:/ },
  { argv: ['play', 'http://h/a.flv', '--nonsense', '1'], says: /nonsense/ },
  { argv: ['play', 'http://h/a.flv', '--duration', '-3'], says: /--duration -3/ },
  { argv: ['play', 'http://h/a.flv', '--duration', 'soon'], says: /--duration/ },
  { argv: ['play', 'http://h/a.flv', '-o'], says: /o/ },
  { argv: ['publish', 'a.flv'], says: /Not enough|url/ },
  { argv: ['publish', 'a.flv', 'http://h/live/a'], says: /cannot publish/ },
  { argv: ['publish', 'http://127.0.0.1:1/a.flv', 'rtmp://h/live/a', '--loop'], says: /--loop needs a file/ },
  { argv: ['publish', 'rtmp://h/live/b', 'rtmp://h/live/a'], says: /a file or an http/ },
  { argv: ['publish', 'a.flv', 'rtmp://h/live/a', '--stamp-every', '0'], says: /--stamp-every 0/ },
  { argv: ['publish', 'a.flv', 'rtmp://h/live/a', '--first-timestamp', '-1'], says: /--first-timestamp/ },
  { argv: ['probe', 'http://h/a.flv', '--buffer', '-1'], says: /--buffer -1/ },
  { argv: ['certs', 'dir', '--days', '0'], says: /--days 0/ },
  { argv: ['relay'], says: /--config FILE/ },
  { argv: ['relay', '--set', 'novalue'], says: /KEY=VALUE/ },
];

t.test('wrong arguments give one line that names them, and exit code 2', async (t) => {
  for (const { argv, says } of WRONG) {
    const output = catchOutput();
    t.equal(await runCli(argv, output), 2, argv.join(' '));
    const lines = output.err().trimEnd().split('\n');
    t.equal(lines.length, 1, output.err());
    t.match(lines[0], says);
    t.match(lines[0], /LH_CLI_USAGE/);
    t.equal(output.out(), '');
  }
});

t.test('--verbose adds the stack trace', async (t) => {
  const output = catchOutput();
  await runCli(['play', 'a.flv', '--verbose'], output);
  t.match(output.err(), /\n {4}at /);
});

t.test('--version is the version of the package', async (t) => {
  const { code, text } = await runWithConsole(['--version']);
  t.equal(code, 0);
  t.equal(text, packageVersion());
});

t.test('every command has help with examples', async (t) => {
  const { text } = await runWithConsole(['--help']);
  for (const command of ['relay', 'publish', 'play', 'probe', 'certs']) {
    t.match(text, new RegExp(`longhaul ${command}`));
    const help = await runWithConsole([command, '--help']);
    t.equal(help.code, 0);
    t.match(help.text, /Examples:/, command);
  }
});

t.test('certs prints what to paste into the config', async (t) => {
  const output = catchOutput();
  const directory = t.testdir();
  t.equal(await runCli(['certs', directory, '--name', 'edge-1'], output), 0);
  t.match(output.out(), /id: edge-1/);
  t.match(output.out(), /certificate: .*edge-1\.pem/);
  t.equal(await runCli(['certs', directory, '--name', 'edge-1'], output), 1);
  t.match(output.err(), /LH_CLI_CERTS/);
});

t.test('a repeated --name adds a certificate, of another repeated option the last counts', async (t) => {
  const directory = await temporaryDirectory(t);
  const argv = ['certs', directory, '--days', '0', '--name', 'edge-1', '--days', '3', '--name', 'center-1'];
  t.equal(await runCli(argv, catchOutput()), 0);
  t.same((await readdir(directory)).filter((name) => /^(edge|center)-1\.pem$/.test(name)).sort(), [
    'center-1.pem',
    'edge-1.pem',
  ]);
});

/** A command of another package that keeps what it was called with. */
function extraCommand(): { seen: unknown[]; command: ExtraCommand } {
  const seen: unknown[] = [];
  const run: CommandModule = {
    command: 'run <profile>',
    describe: 'run a program',
    builder: (yargs) =>
      yargs
        .option('rate', { type: 'number' })
        .parserConfiguration({ 'populate--': true, 'duplicate-arguments-array': true }),
    handler: async ({ profile, rate, '--': command, only }) => {
      if (profile === 'none') throw Object.assign(new Error('no profile "none"'), { exitCode: 2 });
      seen.push({ profile, rate, command, only });
    },
  };
  return {
    seen,
    command: {
      command: 'extra',
      describe: 'of another package',
      builder: (yargs) => yargs.command(run).option('only', { type: 'string', array: true }),
      handler: () => {},
      repeatable: ['only'],
    },
  };
}

t.test('a command of another package stands in the help, and its lists stay lists', async (t) => {
  const { seen, command } = extraCommand();
  const argv = [
    'extra',
    'run',
    'hk-fra',
    '--rate',
    '1',
    '--rate',
    '2',
    '--only',
    'a',
    '--only',
    'b',
    '--',
    'ping',
    '-c',
    '3',
  ];
  t.equal(await runCli(argv, catchOutput(), { commands: [command] }), 0);
  t.same(seen, [{ profile: 'hk-fra', rate: 2, command: ['ping', '-c', '3'], only: ['a', 'b'] }]);
  const { text } = await runWithConsole(['--help'], { commands: [command] });
  t.match(text, /longhaul extra +of another package/);
});

t.test('a command of another package says its exit code with its error', async (t) => {
  const output = catchOutput();
  t.equal(await runCli(['extra', 'run', 'none'], output, { commands: [extraCommand().command] }), 2);
  t.equal(output.err(), 'longhaul: no profile "none"\n');
});
