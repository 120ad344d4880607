/** nginx with its RTMP module, on loopback and without root. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Owner } from './programs.js';
import * as Programs from './programs.js';

const MODULE = '/usr/lib/nginx/modules/ngx_rtmp_module.so';

/** The reason for tap to skip, or false. */
export function notHere(): string | false {
  const packages = 'nginx libnginx-mod-rtmp';
  return Programs.notHere(existsSync(MODULE) ? 'nginx' : MODULE, packages);
}

/** Starts nginx-rtmp with an application `live`; resolves with its port. It ends with the test. */
export async function start(t: Owner): Promise<number> {
  const directory = Programs.scratch(t);
  const port = await Programs.freePort();
  for (const name of ['logs', 'tmp']) mkdirSync(join(directory, name));
  const config = join(directory, 'nginx.conf');
  writeFileSync(
    config,
    `load_module ${MODULE};
daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log ${directory}/logs/error.log;
events { worker_connections 64; }
rtmp {
  server {
    listen 127.0.0.1:${port};
    max_message 4M;
    out_queue 4096;
    application live { live on; wait_key off; wait_video off; interleave off; }
  }
}
`,
  );
  const nginx = Programs.start('nginx', ['-p', directory, '-c', config]);
  t.teardown(async () => {
    nginx.stop();
    await nginx.finished;
  });
  await Programs.listening(port);
  return port;
}
