/**
 * Records the traces anew from real encodes: `node bench/dist/src/media/record-traces.js [SHAPE ...]`.
 *
 * Needs ffmpeg with libx264. Takes some minutes: a source of moving patterns, camera-like noise and scene cuts is
 * rendered once and then encoded for each shape.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FlvReader, MediaClassifier } from '@longhaul/flv';
import { AUDIO, FRAMES_PER_SECOND, SHAPE_LIST, type Shape, TRACE_SECONDS } from './shapes.js';
import * as Trace from './trace.js';

/** Writes the traces of `names`, all when there are none, into the directory `into`. Calls `onTrace` with a line about each. */
export function run(
  names: readonly string[],
  into = Trace.TRACES,
  onTrace: (line: string) => void = () => {},
): void {
  const directory = mkdtempSync(join(tmpdir(), 'longhaul-traces-'));
  const version = ffmpeg(['-version']).split(' ').slice(0, 3).join(' ');
  const wanted = (name: string) => names.length === 0 || names.includes(name);
  try {
    const source = join(directory, 'source.mkv');
    const pictures = SHAPE_LIST.filter(({ name }) => wanted(name));
    if (pictures.length > 0) ffmpeg([...SOURCE, source]);
    for (const shape of pictures) {
      const file = join(directory, `${shape.name}.flv`);
      ffmpeg(['-i', source, ...videoArguments(shape), file]);
      const commands = [
        [...SOURCE, 'source.mkv'],
        ['-i', 'source.mkv', ...videoArguments(shape), 'out.flv'],
      ];
      onTrace(save(shape.name, { type: 9, file, into }, [version, ...commands.map(said)]));
    }
    if (wanted(AUDIO.name)) {
      const file = join(directory, 'audio.flv');
      ffmpeg([...AUDIO_ARGUMENTS, file]);
      onTrace(save(AUDIO.name, { type: 8, file, into }, [version, said([...AUDIO_ARGUMENTS, 'out.flv'])]));
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Recorded {
  readonly type: 8 | 9;
  readonly file: string;
  readonly into: URL;
}

function save(name: string, { type, file, into }: Recorded, notes: readonly string[]): string {
  const frames = framesOf(file, type);
  writeFileSync(new URL(`${name}.trace`, into), Trace.encode({ notes, frames }));
  const bytes = frames.reduce((sum, frame) => sum + frame.bytes, 0);
  return `${name}: ${frames.length} frames, ${((bytes * 8) / TRACE_SECONDS / 1000).toFixed(0)} kbit/s`;
}

/** Sizes and kinds as relays see them: by the same classifier. */
function framesOf(file: string, type: 8 | 9): Trace.TraceFrame[] {
  const classifier = new MediaClassifier();
  const frames: Trace.TraceFrame[] = [];
  for (const tag of new FlvReader().push(readFileSync(file))) {
    const { kind } = classifier.classify(tag);
    if (tag.type !== type || kind === 'init' || kind === 'data') continue;
    // FLV 10.1 §E.4.3.1: AVCPacketType 2 ends the sequence.
    if (type === 9 && tag.payload[1] !== 1) continue;
    // FLV 10.1 §E.4.3.1: CompositionTime is SI24, ms.
    const offsetMs = type === 9 ? Buffer.from(tag.payload).readIntBE(2, 3) : 0;
    const delay = Math.round((offsetMs * FRAMES_PER_SECOND) / 1000);
    frames.push({ kind, bytes: tag.payload.length - (type === 9 ? 5 : 2), delay });
  }
  return frames;
}

function videoArguments({ kilobitsPerSecond, size, groupSeconds, tuning }: Shape): string[] {
  const group = String(groupSeconds * FRAMES_PER_SECOND);
  const rate = `${kilobitsPerSecond}k`;
  return [
    ...['-vf', `scale=${size.replace('x', ':')}`, '-pix_fmt', 'yuv420p'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high'],
    ...(tuning === 'zerolatency' ? ['-tune', 'zerolatency'] : ['-bf', '2']),
    // A second of buffer, key frames only where asked for: what live platforms ask of encoders.
    ...['-b:v', rate, '-maxrate', rate, '-bufsize', rate],
    ...['-g', group, '-keyint_min', group, '-sc_threshold', '0', '-an', '-f', 'flv'],
  ];
}

function ffmpeg(args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(
    'ffmpeg',
    ['-hide_banner', '-loglevel', 'error', '-y', ...args],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`ffmpeg: ${error?.message ?? stderr.trim()}`);
  return stdout;
}

/** The command as a shell takes it. */
function said(args: readonly string[]): string {
  const quoted = (arg: string) =>
    arg.includes("'") ? `"${arg}"` : /[;[\]|*(),]/.test(arg) ? `'${arg}'` : arg;
  return `ffmpeg ${args.map(quoted).join(' ')}`;
}

const R = FRAMES_PER_SECOND;
const NOISE = 'noise=alls=8:allf=t';
const FULL = 'scale=1920:1080,setsar=1,format=yuv420p';
/** Scenes of unequal length, so that cuts fall anywhere in a group. Together 60 s. */
const SCENES: readonly string[] = [
  `testsrc2=s=1280x720:r=${R}:d=7,${FULL},noise=alls=3:allf=t`,
  `mandelbrot=s=960x540:r=${R}:maxiter=400:end_pts=300,trim=duration=11,${FULL},${NOISE}`,
  `life=s=480x270:r=${R}:seed=7:ratio=0.12:mold=20:life_color=white:death_color=navy,trim=duration=5,${FULL}`,
  `gradients=s=960x540:r=${R}:seed=3:speed=0.03:nb_colors=6:d=9,${FULL},noise=alls=12:allf=t`,
  `mandelbrot=s=960x540:r=${R}:maxiter=600:start_x=-0.1592:start_y=-1.0317:start_scale=0.02,trim=duration=6,scroll=h=0.004:v=0.001,${FULL},${NOISE}`,
  `testsrc2=s=960x540:r=${R}:d=4,rotate=t/3,${FULL},${NOISE}`,
  `cellauto=s=960x540:r=${R}:seed=5:rule=110:scroll=1,trim=duration=8,boxblur=1,${FULL}`,
  `smptehdbars=s=960x540:r=${R}:d=10,zoompan=z='1+0.2*sin(on/40)':d=1:s=960x540:fps=${R},${FULL},noise=alls=10:allf=t`,
];
const GRAPH = [
  ...SCENES.map((scene, at) => `${scene}[s${at}]`),
  `${SCENES.map((_, at) => `[s${at}]`).join('')}concat=n=${SCENES.length}:v=1:a=0`,
].join(';');
const SOURCE = [
  '-filter_complex',
  GRAPH,
  '-t',
  String(TRACE_SECONDS),
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
  '-crf',
  '8',
];
/** Two voices that come and go over noise: neither silence nor a constant tone. */
const SOUND =
  "aevalsrc='0.3*sin(2*PI*(220+80*sin(t))*t)*(0.5+0.5*sin(3*t))|0.3*sin(2*PI*330*t)*(0.5+0.5*cos(2*t))':s=48000";
const AUDIO_ARGUMENTS = [
  ...[
    '-filter_complex',
    `${SOUND}[a];anoisesrc=r=48000:color=pink:amplitude=0.15:seed=1,aformat=channel_layouts=stereo[b];[a][b]amix`,
  ],
  ...[
    '-t',
    String(TRACE_SECONDS),
    '-c:a',
    'aac',
    '-b:a',
    `${AUDIO.kilobitsPerSecond}k`,
    '-ar',
    String(AUDIO.sampleRate),
    '-ac',
    '2',
    '-f',
    'flv',
  ],
];

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  run(process.argv.slice(2), Trace.TRACES, (line) => console.log(line));
}
