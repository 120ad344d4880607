/** node-media-server: its relay tasks push to us and pull from us. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FlvTag } from '@longhaul/flv';
import type { Cell, CellContext } from '../cell.js';
import { freePort, listening } from '../ports.js';
import { within } from '../process.js';
import { publishClip, Watcher } from '../reference.js';
import { type Player, plays, publishes } from '../scenario.js';
import { eventually, SILENT_PUBLISHER_MS } from '../system.js';
import * as Verdict from '../verdict.js';
import type { Order } from './node-media-server-process.js';

/** One of its processes, on loopback. */
class Server {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(port: number, directory: string) {
    this.port = port;
    const config = {
      bind: '127.0.0.1',
      rtmp: { port },
      store: { path: join(directory, 'store') },
      record: { auto: false },
    };
    const main = fileURLToPath(new URL('./node-media-server-process.js', import.meta.url));
    this.#child = fork(main, [JSON.stringify(config)], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
    });
  }

  static async start({ directory }: CellContext): Promise<Server> {
    const server = new Server(await freePort(), directory);
    await within(20_000, 'node-media-server', once(server.#child, 'message'));
    await listening(server.port);
    return server;
  }

  order(order: Order): void {
    this.#child.send(order);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }
}

const pushCell: Cell = {
  program: 'node-media-server',
  what: 'pushes to us',
  limit: `it does not tell when its publisher left and keeps the connection: our idle time-out ends the broadcast`,
  run: async (context) => {
    const { edge, center } = context.system;
    const server = await Server.start(context);
    const streamPath = `/live/${context.stream}`;
    const publish = async (url: string) => {
      server.order({ do: 'add', mode: 'push', url, streamPath });
      await publishClip(context.clip, `rtmp://127.0.0.1:${server.port}${streamPath}`).succeeded();
      await edge.unpublished(context.stream, SILENT_PUBLISHER_MS + 10_000);
    };
    try {
      return await publishes(context, { from: edge, to: center, publish });
    } finally {
      await server.stop();
    }
  },
};

/** A relay task of node-media-server, with a viewer that shows what it took. */
class PullTask implements Player {
  readonly watcher: Watcher;
  readonly #server: Server;
  readonly #context: CellContext;
  readonly #streamPath: string;

  constructor(id: string, server: Server, context: CellContext) {
    this.#server = server;
    this.#context = context;
    this.#streamPath = `/${id}/${context.stream}`;
    const url = context.system.center.rtmp(context.stream);
    server.order({ do: 'add', mode: 'pull', url, streamPath: this.#streamPath });
    this.watcher = new Watcher(`rtmp://127.0.0.1:${server.port}${this.#streamPath}`);
  }

  async leave(): Promise<void> {
    this.watcher.close();
    this.#server.order({ do: 'remove', taskKey: this.#streamPath });
  }

  /**
   * It keeps its own viewers for 30 s; that it was told of the end is seen in our count, and what it has taken by then is
   * still on its way to the viewer.
   */
  async ended(): Promise<void> {
    await this.#context.system.center.viewers(this.#context.stream, 0);
    const count = (tags: readonly FlvTag[]) =>
      `${Verdict.frames(tags, 9).length} pictures, ${Verdict.frames(tags, 8).length} sounds`;
    const sent = count(Verdict.readTags(this.#context.clip));
    await eventually(`${sent} at a viewer of node-media-server`, async () => {
      const came = count(this.watcher.tags);
      return came === sent ? undefined : `it has ${came}`;
    });
    this.watcher.close();
  }
}

const pullCell: Cell = {
  program: 'node-media-server',
  what: 'pulls from us',
  run: async (context) => {
    const server = await Server.start(context);
    const tasks = new Map<string, PullTask>();
    try {
      return await plays(context, {
        at: context.system.center,
        async open(id) {
          const task = new PullTask(id, server, context);
          tasks.set(id, task);
          return task;
        },
        async judge(sent) {
          const tags = tasks.get('stays')?.watcher.tags ?? [];
          const counts = Verdict.judge(sent, tags);
          await Verdict.decodes(tags, join(context.directory, 'received.flv'));
          return counts;
        },
      });
    } finally {
      await server.stop();
    }
  },
};

/** What node-media-server does. */
export const CELLS: readonly Cell[] = [pushCell, pullCell];
