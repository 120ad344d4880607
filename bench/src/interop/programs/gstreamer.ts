/** GStreamer: its own RTMP elements, and its element around librtmp. */
import { join } from 'node:path';
import type { Cell } from '../cell.js';
import { Program } from '../process.js';
import { plays, publishes } from '../scenario.js';
import * as Verdict from '../verdict.js';

/** The clip in real time through GStreamer's demuxer, parsers and muxer into `sink`. */
function publishCell(program: Cell['program'], sink: string, suffix: string): Cell {
  return {
    program,
    what: `publishes (${sink})`,
    run: (context) => {
      const { edge, center } = context.system;
      const publish = (url: string) => {
        const remux = ['flvmux', 'name=mux', 'streamable=true', '!', sink, `location=${url}${suffix}`];
        const video = 'demux.video ! queue ! identity sync=true ! h264parse ! mux.video'.split(' ');
        const audio = 'demux.audio ! queue ! identity sync=true ! aacparse ! mux.audio'.split(' ');
        const source = ['filesrc', `location=${context.clip}`, '!', 'flvdemux', 'name=demux'];
        return new Program('gst-launch-1.0', ['-q', ...remux, ...source, ...video, ...audio]).succeeded();
      };
      return publishes(context, { from: edge, to: center, publish, tolerance: { remuxes: true } });
    },
  };
}

const playCell: Cell = {
  program: 'gstreamer',
  what: 'plays RTMP (rtmp2src)',
  limit: 'its source throws away up to five messages that it holds when the stream ends',
  run: (context) => {
    const file = (id: string) => join(context.directory, `${id}.flv`);
    return plays(context, {
      at: context.system.center,
      async open(id) {
        const source = ['rtmp2src', `location=${context.system.center.rtmp(context.stream)}`];
        const program = new Program('gst-launch-1.0', [
          '-q',
          ...source,
          '!',
          'filesink',
          `location=${file(id)}`,
        ]);
        return {
          leave: async () => void (await program.stop('SIGINT')),
          ended: () => program.succeeded(10_000),
        };
      },
      async judge(sent) {
        const tags = Verdict.readTags(file('stays'));
        const counts = Verdict.judge(sent, tags, { lostTail: 5 });
        await Verdict.decodes(tags, file('received'));
        return counts;
      },
    });
  },
};

/** What GStreamer does, and librtmp in it. */
export const CELLS: readonly Cell[] = [
  publishCell('gstreamer', 'rtmp2sink', ''),
  playCell,
  publishCell('librtmp', 'rtmpsink', ' live=1'),
];
