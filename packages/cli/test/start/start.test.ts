import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { waitFor } from '@longhaul/testkit';
import t from 'tap';
import { type System, startSystem } from '../page/system.js';

t.setTimeout(60_000);

/** Processes whose parent is `pid`, by Linux's /proc. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => {
      try {
        const stat = readFileSync(`/proc/${each}/stat`, 'latin1');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
      } catch {
        return false;
      }
    });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** False when one of them still runs after `withinMs`. */
async function gone(pids: readonly number[], withinMs: number): Promise<boolean> {
  for (let waitedMs = 0; pids.some(isAlive); waitedMs += 20) {
    if (waitedMs >= withinMs) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

/** Runs `npm start` with arguments that it must refuse. */
async function runStart(...args: readonly string[]): Promise<{ code: number; errors: string }> {
  const script = `import { start } from ${JSON.stringify(new URL('../../src/start.js', import.meta.url).href)}; await start(process.argv.slice(1));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, '--', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const [code] = await once(child, 'close');
  return { code, errors };
}

const onLinux = process.platform === 'linux' ? {} : { skip: 'reads /proc' };

t.test(
  'the system shows the sample at the center, and Ctrl-C drains it and leaves no process',
  onLinux,
  async (t) => {
    const cacheDir = join(t.testdir(), 'cache');
    // What the shell sets for a relay of its own would make both fail, if they heard of it.
    process.env.LONGHAUL_RTMP_LISTEN = 'nowhere';
    const system: System = await startSystem({ cacheDir });
    delete process.env.LONGHAUL_RTMP_LISTEN;
    const relays = childrenOf(system.pid);
    t.equal(relays.length, 2, 'an edge and a center');
    t.match(system.output(), new RegExp(`http://127.0.0.1:${system.ports.http}/`), 'the page');
    t.match(system.output(), new RegExp(`rtmp://127.0.0.1:${system.ports.edgeRtmp}/live/`), 'where to push');
    const certificate = readFileSync(join(cacheDir, 'certs', 'edge.pem'), 'utf8');
    t.equal(await system.interrupt(), 0);
    t.match(system.output(), /edge: drained .*\ncenter: drained /);
    t.notOk(relays.some(isAlive));

    const again = await startSystem({ cacheDir });
    t.equal(
      readFileSync(join(cacheDir, 'certs', 'edge.pem'), 'utf8'),
      certificate,
      'certificates are used again',
    );
    t.equal(await again.interrupt(), 0);
  },
);

t.test('a second Ctrl-C ends at once what does not drain', onLinux, async (t) => {
  const system: System = await startSystem({ cacheDir: join(t.testdir(), 'cache') });
  const relays = childrenOf(system.pid);
  process.kill(relays[0] as number, 'SIGSTOP');
  void system.interrupt();
  // The two signals count as one key press when the first is seen late.
  await waitFor('the first is seen', () => system.output().includes('stopping: draining'), {
    timeoutMs: 20_000,
  });
  await new Promise((resolve) => setTimeout(resolve, 600));
  t.ok(isAlive(system.pid), 'it waits for the drain');
  t.equal(await system.interrupt(), 130);
  t.ok(await gone(relays, 2_000), 'killed');
});

t.test('a relay that dies ends the whole with its reason', onLinux, async (t) => {
  const system: System = await startSystem({ cacheDir: join(t.testdir(), 'cache') });
  const relays = childrenOf(system.pid);
  process.kill(relays[0] as number, 'SIGKILL');
  t.equal(await system.exit, 1);
  t.match(system.output(), /the edge relay ended by itself \(signal SIGKILL\).*LH_CLI_CHILD/);
  t.notOk(relays.some(isAlive));
});

t.test('relays end when the process that runs them is killed', onLinux, async (t) => {
  const system: System = await startSystem({ cacheDir: join(t.testdir(), 'cache') });
  const relays = childrenOf(system.pid);
  process.kill(system.pid, 'SIGKILL');
  await system.exit;
  t.ok(await gone(relays, 8_000));
});

t.test('a port that is taken is named with the flag that changes it', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  t.teardown(() => holder.close());
  const { port } = holder.address() as { port: number };
  const { code, errors } = await runStart('--http-port', String(port), '--cache-dir', t.testdir());
  t.equal(code, 1);
  t.match(errors, new RegExp(`port ${port} .*is taken.*--http-port \\d+.*LH_CLI_PORT`));
  t.equal(errors.trim().split('\n').length, 1, errors);
});

t.test('a cache directory that cannot be used is named with the cause', async (t) => {
  const file = join(t.testdir({ file: 'text' }), 'file');
  for (const [directory, cause] of [
    [file, 'a file of that name is in the way'],
    [join(file, 'below'), 'a part of the path is not a directory'],
  ] as const) {
    const { code, errors } = await runStart('--cache-dir', directory);
    t.equal(code, 1);
    t.equal(errors.trim(), `longhaul: --cache-dir ${directory} cannot be written to: ${cause} (LH_CLI_FILE)`);
  }
});
