/** `longhaul probe`: how a stream arrives here. */
import type { Argv } from 'yargs';
import { monotonicMs } from '../clock.js';
import { CliError } from '../errors.js';
import { formatSeconds } from '../format.js';
import { Interrupt } from '../interrupt.js';
import { parseMediaUrl } from '../media/url.js';
import type { Output } from '../output.js';
import type { ProbeMeasure } from '../probe/measure.js';
import { DEFAULT_PLAYER } from '../probe/player-model.js';
import { type ProbeOutcome, probeStream } from '../probe/probe.js';
import { describeProbe } from '../probe/table.js';
import { warmUp } from '../probe/warm-up.js';
import { Progress } from '../progress.js';
import { parseDuration } from './duration.js';

const DEFAULT_DURATION_S = 10;

/** Adds the command to the parser. */
export function probe(yargs: Argv, output: Output): Argv {
  return yargs.command(
    'probe <url>',
    'measure how a stream arrives: start, delay, stalls',
    (command) =>
      command
        .positional('url', {
          type: 'string',
          demandOption: true,
          describe: 'http://, ws:// or rtmp:// address',
        })
        .option('duration', {
          type: 'number',
          requiresArg: true,
          describe: `seconds (without it: ${DEFAULT_DURATION_S})`,
        })
        .option('buffer', {
          type: 'number',
          requiresArg: true,
          describe: `ms of media that the player model buffers before it starts (without it: ${DEFAULT_PLAYER.startMs})`,
        })
        .option('json', {
          type: 'boolean',
          describe: 'one JSON object; its fields are in the README of packages/cli',
        })
        .example('$0 probe http://127.0.0.1:8080/live/sample.flv', 'a table after 10 s')
        .example('$0 probe rtmp://127.0.0.1:1936/live/sample --json --duration 60', 'for a program'),
    async (argv) => {
      const url = parseMediaUrl(argv.url);
      const durationMs = parseDuration(argv.duration ?? DEFAULT_DURATION_S) as number;
      const outcome = await runProbe(url, { durationMs, player: playerOptions(argv.buffer), output });
      const { report, error } = outcome;
      if (argv.json) output.line(JSON.stringify(jsonReport(url.href, outcome), null, 2));
      else if (report.connectMs !== undefined) output.line(describeProbe(url.href, report));
      if (error !== undefined)
        throw new CliError(error.code, `${url.href}: ${error.message}`, { cause: error });
      if (framesOf(outcome) === 0)
        throw new CliError('LH_CLI_NOTHING', `${url.href}: no audio and no video came`);
    },
  );
}

async function runProbe(
  url: ReturnType<typeof parseMediaUrl>,
  options: { durationMs: number; player: typeof DEFAULT_PLAYER; output: Output },
): Promise<ProbeOutcome> {
  await warmUp();
  const interrupt = new Interrupt(options.durationMs);
  const startMs = monotonicMs();
  let measure: ProbeMeasure | undefined;
  const progress = new Progress({
    stream: options.output.stderr,
    state: () => {
      const elapsedMs = monotonicMs() - startMs;
      const text = `${formatSeconds(elapsedMs)}  ${measure?.frames ?? 0} frames`;
      return { text, share: Math.min(1, elapsedMs / options.durationMs) };
    },
  });
  try {
    const onStart = (started: ProbeMeasure) => {
      measure = started;
    };
    return await probeStream({ url, player: options.player, signal: interrupt.signal, onStart });
  } finally {
    progress.stop();
    interrupt.dispose();
  }
}

function playerOptions(bufferMs: number | undefined): typeof DEFAULT_PLAYER {
  if (bufferMs === undefined) return DEFAULT_PLAYER;
  if (!(bufferMs >= 0 && bufferMs <= 60_000)) {
    throw new CliError('LH_CLI_USAGE', `--buffer ${bufferMs}: write milliseconds from 0 to 60000`);
  }
  return { ...DEFAULT_PLAYER, startMs: bufferMs, resumeMs: bufferMs / 2 };
}

function framesOf({ report }: ProbeOutcome): number {
  return Object.values(report.tracks).reduce((sum, track) => sum + track.frames, 0);
}

/** `undefined` becomes null: a program finds every field in every report. */
function jsonReport(url: string, outcome: ProbeOutcome): unknown {
  const { report, error } = outcome;
  const ok = error === undefined && framesOf(outcome) > 0;
  const failure = error === undefined ? null : { code: error.code, message: error.message };
  const fields = Object.entries(report).map(([name, value]) => [name, value ?? null]);
  const player = { ...report.player, startedMs: report.player.startedMs ?? null };
  return { url, ok, error: failure, ...Object.fromEntries(fields), player };
}
