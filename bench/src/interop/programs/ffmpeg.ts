/** ffmpeg: encodes live and publishes; plays HTTP-FLV and RTMP. */
import { join } from 'node:path';
import type { Cell, CellContext } from '../cell.js';
import { Program, within } from '../process.js';
import { CLIP_SECONDS, FFMPEG_QUIET } from '../reference.js';
import { type Player, plays, publishes } from '../scenario.js';
import type { System } from '../system.js';
import * as Verdict from '../verdict.js';

/** Encodes in real time and sends to `url` and, by the same muxer, into `file`. */
async function encodeLive(url: string, file: string): Promise<void> {
  const video = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30'];
  const audio = ['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100'];
  const x264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '30', '-pix_fmt', 'yuv420p'];
  const output = ['-c:a', 'aac', '-b:a', '96k', '-flags', '+global_header', '-map', '0:v', '-map', '1:a'];
  const tee = ['-t', String(CLIP_SECONDS), '-f', 'tee', `[f=flv]${url}|[f=flv]${file}`];
  await new Program('ffmpeg', [...FFMPEG_QUIET, ...video, ...audio, ...x264, ...output, ...tee]).succeeded();
}

function publishCell(
  what: string,
  ends: (system: System) => Pick<Parameters<typeof publishes>[1], 'from' | 'to'>,
): Cell {
  return {
    program: 'ffmpeg',
    what,
    run: (context) => {
      const clip = join(context.directory, 'sent.flv');
      const publish = (url: string) => encodeLive(url, clip);
      return publishes({ ...context, clip }, { ...ends(context.system), publish });
    },
  };
}

/** A copying ffmpeg that writes what it plays to `file`. */
class FfmpegPlayer implements Player {
  readonly #program: Program;

  constructor(url: string, file: string) {
    // The clip is short: without this ffmpeg looks at all of it before it writes.
    const input = ['-analyzeduration', '500000', '-i', url];
    this.#program = new Program('ffmpeg', [...FFMPEG_QUIET, ...input, '-c', 'copy', '-f', 'flv', file]);
  }

  async leave(): Promise<void> {
    await this.#program.stop('SIGINT');
  }

  ended(): Promise<void> {
    return within(10_000, 'the end of ffmpeg', this.#program.succeeded());
  }
}

function playCell(what: string, urlOf: (context: CellContext) => string): Cell {
  return {
    program: 'ffmpeg',
    what,
    run: (context) => {
      const file = (id: string) => join(context.directory, `${id}.flv`);
      return plays(context, {
        at: context.system.center,
        open: async (id) => new FfmpegPlayer(urlOf(context), file(id)),
        async judge(sent) {
          const tags = Verdict.readTags(file('stays'));
          const counts = Verdict.judge(sent, tags);
          await Verdict.decodes(tags, file('received'));
          return counts;
        },
      });
    },
  };
}

/** What ffmpeg does. */
export const CELLS: readonly Cell[] = [
  publishCell('publishes, edge to center', ({ edge, center }) => ({ from: edge, to: center })),
  publishCell('publishes, center to edge', ({ edge, center }) => ({ from: center, to: edge })),
  playCell('plays HTTP-FLV', ({ system, stream }) => system.center.httpFlv(stream)),
  playCell('plays RTMP', ({ system, stream }) => system.center.rtmp(stream)),
];
