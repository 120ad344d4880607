/** Outside peer: two nginx with Debian's RTMP module, the first pushes to the second. RTMP over plain TCP, no TLS. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { programPath } from '@longhaul/testkit';
import { Child, runAt } from '../run/child.js';
import type { Host } from '../run/link.js';
import { tune } from '../run/tcp-tuning.js';
import { type Arm, BROADCAST, type Hop, type Site } from './arm.js';

/** Debian's module. */
const MODULE = '/usr/lib/nginx/modules/ngx_rtmp_module.so';
/** In namespaces of their own both may have the port that everybody uses. */
const PORT = 1935;
const READY_MS = 5_000;

/** See the head of the file. */
export const NGINX_RTMP: Arm = {
  name: 'nginx-rtmp',
  describe: 'nginx-rtmp pushes RTMP to nginx-rtmp, kernel BBR where the namespace may have it; no TLS',
  carrier: 'rtmp',
  probe: async () => {
    if (programPath('nginx') !== undefined && existsSync(MODULE)) return undefined;
    return 'missing program: nginx with its RTMP module (apt-get install nginx-light libnginx-mod-rtmp)';
  },
  open: openNginx,
};

async function openNginx(site: Site): Promise<Hop> {
  const died = new AbortController();
  // nginx sets no algorithm on its sockets: the namespace's default is theirs. Only unrestricted ones can be a default there.
  const tuned = await tune(site.sender, { 'net/ipv4/tcp_congestion_control': 'bbr' });
  const start = async (name: 'edge' | 'center', host: Host, application: string): Promise<Child> => {
    const directory = join(site.directory, `nginx-${name}`);
    for (const each of ['logs', 'tmp']) mkdirSync(join(directory, each), { recursive: true });
    const config = join(directory, 'nginx.conf');
    writeFileSync(config, configOf(directory, application));
    const child = new Child(host, {
      name: `nginx at the ${name}`,
      command: programPath('nginx') ?? 'nginx',
      args: ['-p', directory, '-c', config],
    });
    site.cleanup.defer(child.name, async () => void (await child.stop('SIGTERM', 1_000)));
    void child.ended.then(() => died.abort(child.endedError()));
    await listening(host, child);
    return child;
  };
  const app = BROADCAST.slice(0, BROADCAST.indexOf('/'));
  const live = 'live on; wait_key off; wait_video off; interleave off;';
  const center = await start('center', site.receiver, `application ${app} { ${live} }`);
  const push = `push rtmp://${site.receiver.address}:${PORT}/${app};`;
  const edge = await start('edge', site.sender, `application ${app} { ${live} ${push} }`);
  const url = `rtmp://127.0.0.1:${PORT}/${BROADCAST}`;
  return {
    publishUrl: url,
    playUrl: url,
    processes: [
      { name: 'edge', pid: edge.pid ?? 0 },
      { name: 'center', pid: center.pid ?? 0 },
    ],
    figures: { kind: 'kernel', port: PORT },
    died: died.signal,
    settings: {
      subscribe: 'push as soon as the publisher is there: the link is warm when the viewer comes',
      congestion: tuned.values['net/ipv4/tcp_congestion_control'],
      chunkSizeBytes: CHUNK_BYTES,
      tls: false,
      live,
    },
  };
}

const CHUNK_BYTES = 65_536;

function configOf(directory: string, application: string): string {
  return `load_module ${MODULE};
daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log ${directory}/logs/error.log warn;
events { worker_connections 64; }
rtmp { access_log off; server { listen ${PORT}; chunk_size ${CHUNK_BYTES}; ${application} } }
`;
}

/** Resolves once the port is bound, which a connect at that end shows. */
async function listening(host: Host, child: Child): Promise<void> {
  const script = `require('node:net').connect(${PORT},'127.0.0.1').on('connect',()=>process.exit(0)).on('error',()=>process.exit(1))`;
  const endMs = performance.now() + READY_MS;
  while (child.running && performance.now() < endMs) {
    const ok = await runAt(host, process.execPath, ['-e', script]).then(
      () => true,
      () => false,
    );
    if (ok) return;
    await sleep(50);
  }
  throw child.running ? new Error(`${child.name} does not listen on ${PORT}`) : child.endedError();
}
