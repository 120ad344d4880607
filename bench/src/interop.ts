/** `npm run interop`: other people's programs against a real edge and a real center. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Cell, CellFailure, type Outcome, type ProgramName } from './interop/cell.js';
import { stopAll, within } from './interop/process.js';
import * as Chromium from './interop/programs/chromium.js';
import * as Ffmpeg from './interop/programs/ffmpeg.js';
import * as Gstreamer from './interop/programs/gstreamer.js';
import * as Nginx from './interop/programs/nginx-rtmp.js';
import * as NodeMediaServer from './interop/programs/node-media-server.js';
import * as Rtmpdump from './interop/programs/rtmpdump.js';
import { makeClip } from './interop/reference.js';
import { type System, startSystem } from './interop/system.js';
import { insert, type Row, table } from './interop/table.js';
import { absence, machine, versionOf } from './interop/versions.js';

const USAGE = `npm run interop -- [OPTIONS]

Runs ffmpeg, GStreamer, librtmp, rtmpdump, nginx-rtmp, node-media-server and Chromium with mpegts.js against an edge and
a center on free loopback ports, and prints what came of it. Exit code 1 when a cell is red.

  --only NAME    one program; may be given again
  --write        puts the table into docs/interop.md
  --verbose      what the relays warn of and where a red cell's files are
  --help`;

/** Every cell, in the order of the table. */
export const CELLS: readonly Cell[] = [
  ...Ffmpeg.CELLS,
  ...Gstreamer.CELLS,
  ...Rtmpdump.CELLS,
  ...Nginx.CELLS,
  ...NodeMediaServer.CELLS,
  ...Chromium.CELLS,
];

/** Runs the matrix; resolves with the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv);
  if (options === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const needed = absence('ffmpeg');
  if (needed !== undefined) throw new Error(`the clip is made by ffmpeg; ${needed}`);
  const cells = CELLS.filter(({ program }) => options.only.length === 0 || options.only.includes(program));
  const directory = mkdtempSync(join(tmpdir(), 'longhaul-interop-'));
  const interrupted = new AbortController();
  const onSignal = () => interrupted.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  let kept = false;
  try {
    const rows = await runCells(cells, directory, interrupted.signal);
    if (interrupted.signal.aborted) return INTERRUPTED;
    kept = options.verbose && rows.some(({ outcome }) => outcome.state === 'red');
    if (kept) note(`files of this run: ${directory}`);
    await report(rows, options.write);
    return rows.some(({ outcome }) => outcome.state === 'red') ? 1 : 0;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    if (!kept) rmSync(directory, { recursive: true, force: true });
  }
}

interface Options {
  readonly only: readonly string[];
  readonly write: boolean;
  readonly verbose: boolean;
}

function parseOptions(argv: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', multiple: true },
      write: { type: 'boolean' },
      verbose: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return undefined;
  const only = values.only ?? [];
  const names = [...new Set(CELLS.map(({ program }) => program))];
  const unknown = only.find((name) => !names.some((each) => each === name));
  if (unknown !== undefined) throw new RangeError(`--only ${unknown}: there are ${names.join(', ')}`);
  return { only, write: values.write ?? false, verbose: values.verbose ?? false };
}

/** One after another: each cell has the machine for itself. */
async function runCells(cells: readonly Cell[], directory: string, interrupted: AbortSignal): Promise<Row[]> {
  const clip = join(directory, 'clip.flv');
  await makeClip(clip);
  const system = await startSystem();
  const rows: Row[] = [];
  const cut = whenAborted(interrupted);
  // Heard of by the cell that runs then, if one does.
  cut.catch(() => {});
  try {
    for (const [index, cell] of cells.entries()) {
      if (interrupted.aborted) break;
      const outcome = await runCell(cell, cut, {
        system,
        clip,
        directory: join(directory, String(index)),
        stream: `s${index}`,
      });
      rows.push({ cell, outcome });
      const words = outcome.state === 'green' ? outcome.detail : outcome.reason;
      note(`[${index + 1}/${cells.length}] ${cell.program} ${cell.what}: ${outcome.state}, ${words}`);
    }
  } finally {
    await system.stop();
  }
  return rows;
}

async function runCell(
  cell: Cell,
  cut: Promise<never>,
  context: { system: System; clip: string; directory: string; stream: string },
): Promise<Outcome> {
  const reason = absence(cell.program);
  if (reason !== undefined) return { state: 'absent', reason };
  mkdirSync(context.directory);
  try {
    const what = `${cell.program} ${cell.what}`;
    const detail = await within(CELL_MS, what, Promise.race([cell.run(context), cut]));
    return { state: 'green', detail };
  } catch (error) {
    return { state: 'red', reason: (error as Error).message };
  } finally {
    await stopAll();
    context.system.takeLog();
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new CellFailure('interrupted')), { once: true });
  });
}

async function report(rows: readonly Row[], write: boolean): Promise<void> {
  const versions = new Map<ProgramName, string>();
  for (const { cell, outcome } of rows) {
    if (outcome.state !== 'absent' && !versions.has(cell.program))
      versions.set(cell.program, await versionOf(cell.program));
  }
  const text = `${table(rows, versions)}\n\n${machine()}.`;
  process.stdout.write(`${text}\n`);
  if (!write) return;
  const ran = rows.filter(({ outcome }) => outcome.state !== 'absent');
  if (ran.length < CELLS.length) throw new RangeError('--write needs every program, and no --only');
  writeFileSync(DOCUMENT, insert(readFileSync(DOCUMENT, 'utf8'), text));
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

const DOCUMENT = fileURLToPath(new URL('../../../docs/interop.md', import.meta.url));
/** No cell needs longer, on a busy machine either. */
const CELL_MS = 90_000;
/** Exit code after Ctrl-C, as shells have it. */
const INTERRUPTED = 130;
