/** rtmpdump: plays. It cannot publish; librtmp, which it is made of, does that in GStreamer. */
import { join } from 'node:path';
import type { Cell } from '../cell.js';
import { Program } from '../process.js';
import { plays } from '../scenario.js';
import * as Verdict from '../verdict.js';

/** What rtmpdump does. */
export const CELLS: readonly Cell[] = [
  {
    program: 'rtmpdump',
    what: 'plays RTMP',
    run: (context) => {
      const file = (id: string) => join(context.directory, `${id}.flv`);
      return plays(context, {
        at: context.system.center,
        async open(id) {
          const url = context.system.center.rtmp(context.stream);
          const program = new Program('rtmpdump', ['-q', '-v', '-r', url, '-o', file(id)]);
          return {
            leave: async () => void (await program.stop('SIGINT')),
            ended: () => program.succeeded(10_000),
          };
        },
        async judge(sent) {
          const tags = Verdict.readTags(file('stays'));
          const counts = Verdict.judge(sent, tags);
          await Verdict.decodes(tags, file('received'));
          return counts;
        },
      });
    },
  },
];
