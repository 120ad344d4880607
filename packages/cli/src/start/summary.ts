/** What `npm start` prints. */
import type { StartOptions } from './options.js';
import type { Drained } from './supervision.js';

/** Everything a person needs to use the running system. */
export function describeSystem({ ports, sample }: StartOptions): string {
  const push = `rtmp://127.0.0.1:${ports.edgeRtmp}/live/mine`;
  const example = sample === undefined ? 'mine' : 'sample';
  return [
    '',
    'longhaul is running: edge --QUIC--> center',
    '',
    `  page        http://127.0.0.1:${ports.http}/`,
    `  push yours  ${push}`,
    `              ffmpeg -re -i FILE -c:v libx264 -bf 2 -g 60 -c:a aac -f flv ${push}`,
    `  play        http://127.0.0.1:${ports.http}/live/${example}.flv`,
    `              ws://127.0.0.1:${ports.http}/live/${example}.flv`,
    `              rtmp://127.0.0.1:${ports.rtmp}/live/${example}`,
    `  measure     npx longhaul probe http://127.0.0.1:${ports.http}/live/${example}.flv`,
    `  admin       http://127.0.0.1:${ports.admin}/api/v1/links  http://127.0.0.1:${ports.edgeAdmin}/api/v1/links`,
    '',
  ].join('\n');
}

/** One line for each relay: what its drain met and how long it took. */
export function describeDrain(drained: readonly Drained[]): string {
  return drained
    .map(({ name, summary }) => {
      if (summary === undefined) return `${name}: ended`;
      const met = [
        plural(summary.publishers, 'publisher'),
        plural(summary.viewers, 'viewer'),
        plural(summary.links, 'link'),
      ];
      const cut = summary.cut > 0 ? `; ${summary.cut} cut off when the time was over` : '';
      return `${name}: drained ${met.join(', ')} in ${Math.round(summary.elapsedMs)} ms${cut}`;
    })
    .join('\n');
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
