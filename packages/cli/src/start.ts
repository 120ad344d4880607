/** What `npm start` runs: an edge, a center, the QUIC link between them and a looping sample, on this machine. */
import { accessSync, constants, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificatesHold, writeCertificates } from './certs/directory.js';
import { monotonicMs } from './clock.js';
import { asCliError, CliError, exitCodeOf, firstLine } from './errors.js';
import { type Output, processOutput } from './output.js';
import { planLoop } from './publish/clip.js';
import { CENTER, type ConfigOptions, centerConfig, EDGE, edgeConfig } from './start/configs.js';
import { watchFirstKeyFrame } from './start/first-key-frame.js';
import { parseStartOptions, type StartOptions } from './start/options.js';
import { checkPorts } from './start/ports.js';
import { RelayChild } from './start/relay-child.js';
import { describeLogLine } from './start/relay-log.js';
import { SampleBroadcast } from './start/sample-broadcast.js';
import { describeDrain, describeSystem } from './start/summary.js';
import { Supervision } from './start/supervision.js';

const CERTIFICATE_MARGIN_MS = 7 * 86_400_000;
const CERTIFICATE_DAYS = 365;

/**
 * Runs until Ctrl-C (or SIGTERM, or SIGHUP), then leaves no process behind. What goes wrong stands in one line on
 * standard error and in the process's exit code; never rejects.
 */
export async function start(argv: readonly string[]): Promise<void> {
  const output = processOutput();
  try {
    const options = await parseStartOptions(argv);
    if (options !== undefined) await runSystem(options, output);
  } catch (error) {
    const { code, message } = asCliError(error, 'LH_CLI_CHILD');
    output.note(`longhaul: ${message} (${code})`);
    process.exitCode = exitCodeOf(error);
  }
}

async function runSystem(options: StartOptions, output: Output): Promise<void> {
  const startedMs = monotonicMs();
  await Promise.all([checkPorts(options.ports), ensureCertificates(options), checkSample(options)]);
  const supervision = new Supervision(output);
  try {
    await supervision.run(serve({ options, output, supervision, startedMs }));
  } finally {
    output.line(describeDrain(await supervision.stop()));
  }
  if (supervision.failure !== undefined) throw supervision.failure;
}

interface Running {
  readonly options: StartOptions;
  readonly output: Output;
  readonly supervision: Supervision;
  readonly startedMs: number;
}

/** Starts everything and says so. Rejects when a part of it cannot start. */
async function serve({ options, output, supervision, startedMs }: Running): Promise<void> {
  const { ports, sample } = options;
  const [edge, center] = startRelays(options, output, supervision);
  await edge.ready;
  // Dialled before it listens, the edge would miss the first packet, and QUIC sends the next one a second later.
  center.go();
  broadcastSample(options, supervision);
  await center.ready;
  if (supervision.signal.aborted) return;
  output.line(describeSystem(options));
  if (sample === undefined) return;
  await watchFirstKeyFrame(`http://127.0.0.1:${ports.http}/live/sample.flv`, supervision.signal);
  if (supervision.signal.aborted) return;
  const elapsedS = ((monotonicMs() - startedMs) / 1000).toFixed(2);
  output.line(
    `The sample plays: its first key frame was at the center ${elapsedS} s after the start. Ctrl-C ends all.`,
  );
}

function broadcastSample({ sample, ports }: StartOptions, supervision: Supervision): void {
  if (sample === undefined || supervision.signal.aborted) return;
  const url = `rtmp://127.0.0.1:${ports.edgeRtmp}/live/sample`;
  supervision.add(
    new SampleBroadcast({ file: sample, url, onError: (error) => supervision.failUnlessRelayDied(error) }),
  );
}

function startRelays(
  options: StartOptions,
  output: Output,
  supervision: Supervision,
): [edge: RelayChild, center: RelayChild] {
  const configs: ConfigOptions = {
    ports: options.ports,
    certificateDir: certificateDir(options),
    logLevel: options.verbose ? 'info' : 'warn',
  };
  const run = (name: string, text: string, held: boolean) => {
    // Two systems on one checkout have different ports, so their configs do not meet.
    const configFile = join(options.cacheDir, `${name}-${options.ports.link}.yaml`);
    writeFileSync(configFile, text);
    const child = new RelayChild({
      name,
      configFile,
      held,
      onLog: (line) => output.note(describeLogLine(name, line)),
    });
    supervision.add(child);
    return child;
  };
  return [run(EDGE, edgeConfig(configs), false), run(CENTER, centerConfig(configs), true)];
}

/** Rejects with `LH_CLI_FILE` or `LH_CLI_MEDIA` when the sample cannot be looped. */
async function checkSample({ sample }: StartOptions): Promise<void> {
  if (sample !== undefined) await planLoop(sample);
}

/** Throws `LH_CLI_FILE` when configs and certificates cannot be written there. */
function prepareCache(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const message = `--cache-dir ${directory} cannot be written to: ${firstLine(cause)}`;
    throw new CliError('LH_CLI_FILE', message, { cause });
  }
}

async function ensureCertificates(options: StartOptions): Promise<void> {
  const directory = certificateDir(options);
  const now = new Date();
  prepareCache(options.cacheDir);
  if (certificatesHold(directory, [EDGE, CENTER], now, CERTIFICATE_MARGIN_MS)) return;
  // Development certificates of this cache alone: nothing else refers to this authority.
  rmSync(directory, { recursive: true, force: true });
  await writeCertificates(directory, { names: [EDGE, CENTER], days: CERTIFICATE_DAYS, force: true, now });
}

function certificateDir(options: StartOptions): string {
  return join(options.cacheDir, 'certs');
}
