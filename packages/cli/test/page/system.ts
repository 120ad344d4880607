/** The whole of `npm start` on free ports, as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { PORTS, type PortName } from '../../src/start/options.js';

const startModule = new URL('../../src/start.js', import.meta.url);

/** A running system. */
export interface System {
  readonly ports: Readonly<Record<PortName, number>>;
  /** What it printed so far, both streams. */
  output(): string;
  /** Of the process that runs the others. */
  readonly pid: number;
  /** Resolves with the exit code. */
  readonly exit: Promise<number | null>;
  /** Ctrl-C; resolves with the exit code. Idempotent. */
  interrupt(): Promise<number | null>;
}

/** A port that was free a moment ago; all of a call's ports are held until every one is known, so none comes twice. */
async function freePorts(): Promise<Record<PortName, number>> {
  const ports = {} as Record<PortName, number>;
  const closers: (() => void)[] = [];
  for (const { name, protocol } of PORTS) {
    let close: (() => void) | undefined;
    while (close === undefined) {
      // Below the ephemeral range: the system gives it to no other socket before the relays have it.
      ports[name] = randomInt(21_000, 32_000);
      close = await hold(protocol, ports[name]);
    }
    closers.push(close);
  }
  for (const close of closers) close();
  return ports;
}

/** Binds the port; resolves with what lets go of it, or undefined when it is taken. */
async function hold(protocol: 'tcp' | 'udp', port: number): Promise<(() => void) | undefined> {
  const holder =
    protocol === 'udp'
      ? createSocket('udp4').bind(port, '127.0.0.1')
      : createServer().listen(port, '127.0.0.1');
  try {
    await once(holder, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  return () => void holder.close();
}

/** Starts it and resolves once the sample's first key frame has crossed; rejects with what it printed when it ends before. */
export async function startSystem(options: { readonly cacheDir: string }): Promise<System> {
  const ports = await freePorts();
  const flags = PORTS.flatMap(({ name, flag }) => [`--${flag}`, String(ports[name])]);
  const script = `import { start } from ${JSON.stringify(pathToFileURL(startModule.pathname).href)}; await start(process.argv.slice(1));`;
  const args = ['--input-type=module', '-e', script, '--', ...flags, '--cache-dir', options.cacheDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const exit = once(child, 'close').then(([code]) => code as number | null);
  await sampleSeen(child, lines, exit);
  return {
    ports,
    pid: child.pid as number,
    exit,
    output: () => lines.join('\n'),
    interrupt() {
      child.kill('SIGINT');
      return exit;
    },
  };
}

function sampleSeen(child: ChildProcess, lines: string[], exit: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (line.includes('first key frame')) resolve();
      });
    }
    exit.then(() => reject(new Error(`it ended:\n${lines.join('\n')}`)), reject);
  });
}
