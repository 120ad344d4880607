/** An edge and a center that dials it, in this process, and a publisher for the edge. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFlvHeader, encodeTag, type FlvTag } from '@longhaul/flv';
import { createLog, loadConfig, type Relay, startRelay } from '@longhaul/relay';
import { Media, temporaryDirectory, waitFor } from '@longhaul/testkit';
import type { Test } from 'tap';
import { stringify } from 'yaml';
import { writeCertificates } from '../../src/certs/directory.js';
import { runCli } from '../../src/cli.js';
import { DelayCable } from './delay-cable.js';
import { catchOutput } from './output.js';

/** Two relays with a link between them. */
export interface RelayPair {
  readonly edge: Relay;
  readonly center: Relay;
  /** The path of the link; what the edge sends is `fromTarget`. */
  readonly cable: DelayCable;
  /** `http://127.0.0.1:PORT` of the edge's admin API. */
  readonly admin: string;
}

/** Starts both; `congestion` is the edge's section, `hopMs` how long a packet takes each way. */
export async function relayPair(
  t: Test,
  options: { readonly congestion?: object; readonly hopMs?: number } = {},
): Promise<RelayPair> {
  const { congestion = {}, hopMs = 0 } = options;
  const directory = await temporaryDirectory(t);
  await writeCertificates(directory, { names: ['edge', 'center'], days: 1, force: false, now: new Date() });
  const start = async (id: 'edge' | 'center', link: object) => {
    const tls = { certificate: `${id}.pem`, key: `${id}-key.pem`, authorities: 'ca.pem' };
    const file = join(directory, `${id}.yaml`);
    const local = () => ({ listen: '127.0.0.1:0' });
    writeFileSync(
      file,
      stringify({
        relay: { id, role: id },
        rtmp: local(),
        http: local(),
        admin: local(),
        link: { tls, ...link },
      }),
    );
    const relay = await startRelay(loadConfig({ file }), {
      log: createLog(id, { level: 'silent', format: 'json' }),
    });
    t.teardown(async () => {
      relay.stop();
      await relay.drain();
    });
    return relay;
  };
  const edge = await start('edge', { listen: '127.0.0.1:0', congestion });
  const cable = await DelayCable.open(t, edge.addresses.link ?? '', hopMs);
  const center = await start('center', { peers: [{ name: 'edge', url: `quic://${cable.address}` }] });
  await waitFor('the link is open', () =>
    [edge, center].every((relay) => relay.figures.links().some(({ state }) => state === 'open')),
  );
  return { edge, center, cable, admin: `http://${edge.addresses.admin}` };
}

/** Publishes pictures of `bytes` each, 50 a second, to the edge until it stops. Resolves when the edge has the broadcast. */
export async function publishPictures(t: Test, edge: Relay, bytes: number): Promise<void> {
  const second = Media.broadcast({
    seconds: 1,
    framerate: 50,
    keyEvery: 50,
    keyBytes: bytes,
    deltaBytes: bytes,
    audioBytes: 0,
  });
  const clip = join(await temporaryDirectory(t), 'second.flv');
  const tags = second.flatMap((message) => [...encodeTag(message as FlvTag)]);
  writeFileSync(clip, Buffer.concat([encodeFlvHeader({ audio: false, video: true }), ...tags]));
  const url = `rtmp://${edge.addresses.rtmp}/live/a`;
  const over = runCli(['publish', clip, url, '--loop', '--duration', '60'], catchOutput());
  t.teardown(async () => {
    edge.stop();
    await over;
  });
  await waitFor('the broadcast is live', () =>
    edge.figures.broadcasts().some(({ state }) => state === 'live'),
  );
}
