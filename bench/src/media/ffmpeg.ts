/** ffmpeg as the encoder: the path of real users, with nothing of ours before the edge. */
import { CliError } from '@longhaul/cli';
import { FRAMES_PER_SECOND, SHAPE_LIST } from './shapes.js';

/** What it is to send. */
export interface FfmpegOptions {
  /** `rtmp://HOST:PORT/APP/STREAM` */
  readonly url: string;
  /** Rate, size, groups and tuning are those of this shape. */
  readonly shape: string;
  readonly durationS: number;
}

/**
 * Arguments for a live encode of a test picture and noise, no frame of which is like another. One encoder thread and a fast preset: it shares the machine
 * with what is measured. Throws `LH_CLI_USAGE` for a shape that is none.
 */
export function ffmpegArguments({ url, shape, durationS }: FfmpegOptions): string[] {
  const found = SHAPE_LIST.find(({ name }) => name === shape);
  if (found === undefined) throw new CliError('LH_CLI_USAGE', `no media shape "${shape}"`);
  const rate = `${found.kilobitsPerSecond}k`;
  const group = String(found.groupSeconds * FRAMES_PER_SECOND);
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-re'],
    ...['-f', 'lavfi', '-i', `testsrc2=s=${found.size}:r=${FRAMES_PER_SECOND}`],
    ...['-f', 'lavfi', '-i', 'anoisesrc=r=48000:color=pink:amplitude=0.3:seed=1', '-t', String(durationS)],
    ...['-c:v', 'libx264', '-preset', 'superfast', '-threads', '1', '-pix_fmt', 'yuv420p'],
    ...(found.tuning === 'zerolatency' ? ['-tune', 'zerolatency'] : ['-bf', '2']),
    ...[
      '-b:v',
      rate,
      '-maxrate',
      rate,
      '-bufsize',
      rate,
      '-g',
      group,
      '-keyint_min',
      group,
      '-sc_threshold',
      '0',
    ],
    ...['-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-f', 'flv', url],
  ];
}
