/**
 * node-media-server as a process: `node node-media-server-process.js CONFIG`. Its relay tasks are added over IPC, because
 * its API for them wants a log-in. A task that pushes can only be added once there is something to push.
 */
import { createRequire } from 'node:module';

/** What the parent sends. */
export type Order =
  | { readonly do: 'add'; readonly mode: 'pull' | 'push'; readonly url: string; readonly streamPath: string }
  | { readonly do: 'remove'; readonly taskKey: string };

/** What of node-media-server is used here. */
interface NodeMediaServer {
  readonly relayServer: { addTask(config: object): unknown; removeTask(taskKey: string): boolean };
  on(event: 'postPublish', listener: (session: { readonly streamPath: string }) => void): void;
  run(): Promise<void>;
}

const NodeMediaServer = createRequire(import.meta.url)('node-media-server') as new (
  config: object,
) => NodeMediaServer;
const server = new NodeMediaServer(JSON.parse(process.argv[2] as string) as object);
/** Pushes that wait for their publisher. */
const pushes = new Map<string, object>();

// The publisher is registered after this event.
server.on('postPublish', ({ streamPath }) => setImmediate(() => startPush(streamPath)));
process.on('message', (order: Order) => handle(order));
process.on('disconnect', () => process.exit(0));
await server.run();
process.send?.('ready');

function handle(order: Order): void {
  if (order.do === 'remove') {
    server.relayServer.removeTask(order.taskKey);
    return;
  }
  const task = { ...order, reconnect: false };
  if (order.mode === 'push') pushes.set(order.streamPath, task);
  else server.relayServer.addTask(task);
}

function startPush(streamPath: string): void {
  const task = pushes.get(streamPath);
  if (task !== undefined) server.relayServer.addTask(task);
}
