/** `longhaul publish`: an FLV file or HTTP-FLV stream to an RTMP server, in real time. */
import type { Argv } from 'yargs';
import { CliError } from '../errors.js';
import { formatSeconds, kbitPerSecond } from '../format.js';
import { Interrupt } from '../interrupt.js';
import { looksLikeUrl, parseMediaUrl, parsePublishUrl, type RtmpUrl, withoutQuery } from '../media/url.js';
import type { Output } from '../output.js';
import { Progress } from '../progress.js';
import { loopClip, playClip, primed } from '../publish/clip.js';
import { openLive } from '../publish/live.js';
import { emptyCounts, type PublishCounts, publishTags } from '../publish/publisher.js';
import { parseDuration } from './duration.js';

/** Adds the command to the parser. */
export function publish(yargs: Argv, output: Output): Argv {
  return yargs.command(
    'publish <source> <url>',
    'publish an FLV file or an HTTP-FLV stream by RTMP, in real time',
    (command) =>
      command
        .positional('source', {
          type: 'string',
          demandOption: true,
          describe: 'FLV file, or http:// address of an FLV stream',
        })
        .positional('url', { type: 'string', demandOption: true, describe: 'rtmp://HOST:PORT/APP/STREAM' })
        .option('loop', {
          type: 'boolean',
          describe: 'play the file over and over; timestamps go on growing',
        })
        .option('duration', { type: 'number', requiresArg: true, describe: 'stop after this many seconds' })
        .option('stamp', {
          type: 'boolean',
          describe: 'send capture times with the frames, for the frame delay of longhaul probe',
        })
        .option('stamp-every', {
          type: 'number',
          requiresArg: true,
          describe: 'stamp one frame in this many (without it: each)',
        })
        .option('first-timestamp', {
          type: 'number',
          requiresArg: true,
          describe: 'begin at this timestamp, ms (without it: as in the source)',
        })
        .example('$0 publish talk.flv rtmp://127.0.0.1/live/talk', 'once')
        .example(
          '$0 publish clip.flv rtmp://127.0.0.1/live/clip --loop --stamp',
          'until Ctrl-C, measurable with longhaul probe',
        )
        .example(
          '$0 publish http://10.0.0.7:8080/live/a.flv rtmp://127.0.0.1/live/b',
          'carry a live stream over',
        ),
    (argv) =>
      runPublish(output, {
        source: argv.source,
        url: parsePublishUrl(argv.url),
        loop: argv.loop ?? false,
        durationMs: parseDuration(argv.duration),
        stampEvery: parseStampEvery(argv.stamp, argv['stamp-every']),
        firstTimestamp: parseTimestamp(argv['first-timestamp']),
      }),
  );
}

interface PublishArguments {
  readonly source: string;
  readonly url: RtmpUrl;
  readonly loop: boolean;
  readonly durationMs: number | undefined;
  readonly stampEvery: number | undefined;
  readonly firstTimestamp: number | undefined;
}

async function runPublish(
  output: Output,
  { source, loop, durationMs, ...rest }: PublishArguments,
): Promise<void> {
  const interrupt = new Interrupt(durationMs);
  const { signal } = interrupt;
  const counts = emptyCounts();
  const progress = new Progress({ stream: output.stderr, state: () => ({ text: describe(counts) }) });
  try {
    const tags = await openTags(source, loop, signal);
    await publishTags({ ...tags, ...rest, counts, signal, onEnded: () => interrupt.abort() });
  } catch (error) {
    throw named(error, rest.url);
  } finally {
    progress.stop();
    interrupt.dispose();
  }
  if (counts.video + counts.audio === 0) {
    throw new CliError('LH_CLI_NOTHING', `${withoutQuery(source)}: no audio and no video was published`);
  }
  output.note(describe(counts));
}

async function openTags(source: string, loop: boolean, signal: AbortSignal) {
  if (!looksLikeUrl(source))
    return { tags: await primed(loop ? loopClip(source) : playClip(source)), paced: true };
  const url = parseMediaUrl(source);
  if (url.kind === 'rtmp' || loop) {
    const what = loop ? '--loop needs a file' : 'a source is a file or an http:// address';
    throw new CliError('LH_CLI_USAGE', `${what}, not ${withoutQuery(source)}`);
  }
  return openLive(url, signal);
}

function describe(counts: PublishCounts): string {
  if (counts.startedMs === undefined) return 'connecting ...';
  const rate = Math.round(kbitPerSecond(counts.bytes, Math.max(1, counts.mediaMs)));
  const late =
    counts.lateMs > LATE_WORTH_SAYING_MS
      ? `  ${formatSeconds(counts.lateMs)} late: the server takes too little`
      : '';
  return `${formatSeconds(counts.mediaMs)}  ${counts.video} video  ${counts.audio} audio  ${rate} kbit/s${late}`;
}

/** What went wrong with the connection names the address; other errors name their file already. */
function named(error: unknown, url: RtmpUrl): unknown {
  if (!(error instanceof CliError) || !CONNECTION_CODES.has(error.code)) return error;
  const what = error.code === 'LH_CLI_REFUSED' ? 'publish refused: ' : '';
  return new CliError(error.code, `${url.href}: ${what}${error.message}`, { cause: error });
}

function parseStampEvery(stamp: boolean | undefined, every: number | undefined): number | undefined {
  if (every === undefined) return stamp ? 1 : undefined;
  if (Number.isInteger(every) && every >= 1) return every;
  throw new CliError('LH_CLI_USAGE', `--stamp-every ${every}: write a whole number of frames`);
}

function parseTimestamp(timestamp: number | undefined): number | undefined {
  if (timestamp === undefined || (Number.isInteger(timestamp) && timestamp >= 0 && timestamp <= 0xffffffff))
    return timestamp;
  throw new CliError(
    'LH_CLI_USAGE',
    `--first-timestamp ${timestamp}: write milliseconds from 0 to 4294967295`,
  );
}

const CONNECTION_CODES: ReadonlySet<string> = new Set(['LH_CLI_CONNECT', 'LH_CLI_REFUSED', 'LH_CLI_CLOSED']);
const LATE_WORTH_SAYING_MS = 500;
