/** `longhaul play`: a stream to a file, to standard output, or to nowhere with a live count. */
import type { Argv } from 'yargs';
import { CliError } from '../errors.js';
import { formatSeconds, kbitPerSecond } from '../format.js';
import { Interrupt } from '../interrupt.js';
import { parseMediaUrl } from '../media/url.js';
import type { Output } from '../output.js';
import { emptyCounts, type PlayCounts, playStream } from '../play/play.js';
import { Progress } from '../progress.js';
import { parseDuration } from './duration.js';

/** Adds the command to the parser. */
export function play(yargs: Argv, output: Output): Argv {
  return yargs.command(
    'play <url>',
    'receive a stream: HTTP-FLV, WebSocket-FLV or RTMP',
    (command) =>
      command
        .positional('url', {
          type: 'string',
          demandOption: true,
          describe: 'http://, ws:// or rtmp:// address',
        })
        .option('output', {
          alias: 'o',
          type: 'string',
          requiresArg: true,
          describe: 'FLV file to write; "-" is standard output; without it frames are only counted',
        })
        .option('duration', { type: 'number', requiresArg: true, describe: 'stop after this many seconds' })
        .example('$0 play http://127.0.0.1:8080/live/sample.flv', 'count frames until Ctrl-C')
        .example('$0 play rtmp://127.0.0.1:1936/live/sample -o sample.flv --duration 30', 'record 30 s')
        .example('$0 play ws://127.0.0.1:8080/live/sample.flv -o - | ffplay -', 'watch'),
    (argv) =>
      runPlay(output, { address: argv.url, file: argv.output, durationMs: parseDuration(argv.duration) }),
  );
}

interface PlayArguments {
  readonly address: string;
  readonly file: string | undefined;
  readonly durationMs: number | undefined;
}

async function runPlay(output: Output, { address, file, durationMs }: PlayArguments): Promise<void> {
  const url = parseMediaUrl(address);
  const interrupt = new Interrupt(durationMs);
  const { signal } = interrupt;
  const counts = emptyCounts();
  const progress = new Progress({ stream: output.stderr, state: () => ({ text: describe(counts) }) });
  try {
    await playStream({ url, counts, output: file, stdout: output.stdout, signal });
  } finally {
    progress.stop();
    interrupt.dispose();
  }
  if (counts.video + counts.audio === 0) {
    throw new CliError('LH_CLI_NOTHING', `${url.href}: no audio and no video came`);
  }
  output.note(describe(counts));
}

function describe(counts: PlayCounts): string {
  const rate = Math.round(kbitPerSecond(counts.bytes, counts.mediaMs));
  if (counts.startedMs === undefined) return 'waiting for media ...';
  return `${formatSeconds(counts.elapsedMs)}  ${counts.video} video  ${counts.audio} audio  ${counts.data} data  ${rate} kbit/s`;
}
