/** nginx with its RTMP module: pushes to us, pulls from us. Runs from a directory of its own, never as a service. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cell, CellContext } from '../cell.js';
import { freePort, listening } from '../ports.js';
import { Program } from '../process.js';
import { publishClip, Watcher } from '../reference.js';
import { type Player, plays, publishes } from '../scenario.js';
import * as Verdict from '../verdict.js';

/** Debian's module. */
export const MODULE = '/usr/lib/nginx/modules/ngx_rtmp_module.so';

/** True when nginx and the module are here. */
export const isHere = (): boolean => existsSync(MODULE);

/** Starts nginx with these applications; resolves with its RTMP port. */
async function start(directory: string, applications: string): Promise<number> {
  const port = await freePort();
  for (const name of ['logs', 'tmp']) mkdirSync(join(directory, name), { recursive: true });
  const config = join(directory, 'nginx.conf');
  writeFileSync(
    config,
    `load_module ${MODULE};
daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log ${directory}/logs/error.log notice;
events { worker_connections 64; }
rtmp { server { listen 127.0.0.1:${port}; ${applications} } }
`,
  );
  new Program('nginx', ['-p', directory, '-c', config]);
  await listening(port);
  return port;
}

const pushCell: Cell = {
  program: 'nginx-rtmp',
  what: 'pushes to us',
  limit: 'it connects when its publisher starts and passes on what comes after that, from a key frame',
  run: async (context) => {
    const { edge, center } = context.system;
    const target = `rtmp://${edge.rtmpAddress}/live`;
    const port = await start(context.directory, `application live { live on; wait_key on; push ${target}; }`);
    return publishes(context, {
      from: edge,
      to: center,
      publish: () => publishClip(context.clip, `rtmp://127.0.0.1:${port}/live/${context.stream}`).succeeded(),
      tolerance: { lateStart: true },
    });
  },
};

/** A viewer of nginx: nginx pulls as long as it has one. */
class PulledPlayer implements Player {
  readonly #watcher: Watcher;
  readonly #context: CellContext;

  constructor(url: string, context: CellContext) {
    this.#watcher = new Watcher(url);
    this.#context = context;
  }

  get tags() {
    return this.#watcher.tags;
  }

  async leave(): Promise<void> {
    this.#watcher.close();
  }

  /** nginx keeps its own viewers and dials again later; that it was told of the end is seen in our count. */
  async ended(): Promise<void> {
    await this.#context.system.center.viewers(this.#context.stream, 0);
    this.#watcher.close();
  }
}

const pullCell: Cell = {
  program: 'nginx-rtmp',
  what: 'pulls from us',
  run: async (context) => {
    const source = `rtmp://${context.system.center.rtmpAddress}/live`;
    // An application for each player: one pull serves all players of an application.
    const pull = `live on; wait_key on; pull_reconnect 60s; pull ${source};`;
    const port = await start(
      context.directory,
      `application stays { ${pull} } application leaves { ${pull} }`,
    );
    const players = new Map<string, PulledPlayer>();
    return plays(context, {
      at: context.system.center,
      async open(id) {
        const player = new PulledPlayer(`rtmp://127.0.0.1:${port}/${id}/${context.stream}`, context);
        players.set(id, player);
        return player;
      },
      async judge(sent) {
        const tags = players.get('stays')?.tags ?? [];
        const counts = Verdict.judge(sent, tags);
        await Verdict.decodes(tags, join(context.directory, 'received.flv'));
        return counts;
      },
    });
  },
};

/** What nginx-rtmp does. */
export const CELLS: readonly Cell[] = [pushCell, pullCell];
