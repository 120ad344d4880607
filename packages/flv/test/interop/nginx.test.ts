import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { MediaMessage } from '../../src/index.js';
import { broadcast } from './media.js';
import * as Programs from './programs.js';
import * as TinyClient from './tiny-client.js';

const MODULE = '/usr/lib/nginx/modules/ngx_rtmp_module.so';
const skip =
  Programs.missing(['nginx', 'nginx']) ||
  (existsSync(MODULE) ? false : `${MODULE} is missing (apt-get install libnginx-mod-rtmp)`);

for (const handshake of ['simple', 'digest'] as const) {
  t.test(`publishes to nginx-rtmp and plays from it, ${handshake} handshake`, { skip }, async (t) => {
    const url = `rtmp://127.0.0.1:${await startNginx(t)}/live/sample`;
    const publisher = await TinyClient.retry(() => TinyClient.connect({ action: 'publish', url, handshake }));
    await publisher.ready;
    const player = await TinyClient.connect({ action: 'play', url, handshake });
    await player.ready;
    const messages = broadcast();
    for (const message of messages) publisher.session.sendMedia(message);
    publisher.flush();
    // nginx makes its own metadata and repeats sequence headers when it likes
    const frames = (type: number, from: readonly MediaMessage[]) =>
      from.filter((message) => message.type === type && message.payload[1] === 1);
    const complete = (type: number) => frames(type, player.received).length >= frames(type, messages).length;
    await TinyClient.until(() => complete(8) && complete(9));
    for (const type of [8, 9]) {
      const received = frames(type, player.received);
      const different = frames(type, messages).findIndex(
        ({ payload }, index) => Buffer.compare(payload, received[index]?.payload ?? NOTHING) !== 0,
      );
      t.equal(different, -1, `first frame of type ${type} that differs`);
    }
    publisher.session.close();
    publisher.flush();
    publisher.socket.end();
    await publisher.closed;
    t.equal(publisher.session.state.kind, 'closed');
    player.socket.destroy();
  });
}

async function startNginx(t: Test): Promise<number> {
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

const NOTHING = new Uint8Array(0);
