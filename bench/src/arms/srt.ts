/**
 * Outside peer: SRT by srt-live-transmit of Debian's srt-tools, unencrypted. An edge of ours takes RTMP; ffmpeg remuxes to
 * MPEG-TS and back without touching the media; a center of ours serves the viewer.
 *
 * Beside the link and SRT's own latency this adds delay: two remuxes, of which the second cannot tell that a picture is
 * whole before the next one begins (one picture), and two more loopback hops. SRT holds everything back by its latency.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BoundAddresses, RelayChild } from '@longhaul/cli';
import { programPath } from '@longhaul/testkit';
import { Child } from '../run/child.js';
import { within } from '../run/cleanup.js';
import type { Host } from '../run/link.js';
import type { Watched } from '../run/proc.js';
import { type Arm, BROADCAST, type Hop, type Site } from './arm.js';
import { stopRelay } from './relay-hop.js';

/** SRT's least latency that makes sense, ms. */
const LEAST_LATENCY_MS = 120;
const READY_MS = 15_000;
const DRAIN_MS = 500;
/** Of SRT at the receiver; both ends have namespaces of their own. */
const SRT_PORT = 9000;
/** From ffmpeg to SRT, and from SRT to ffmpeg. */
const TS_PORT = 9001;
/** Seven packets of MPEG-TS. */
const CHUNK_BYTES = 1316;
/** A key picture comes in one piece: the loopback socket has to hold it. */
const UDP_BUFFER_BYTES = 4_000_000;

/** Practice is four round trips; a low setting has time for few repetitions. */
export const SRT_ARMS: readonly Arm[] = [
  arm('srt', 4, 'SRT with a latency of four round trips, as its users set it'),
  arm('srt-low', 2, 'SRT with a latency of two round trips'),
];

function arm(name: string, roundTrips: number, describe: string): Arm {
  return {
    name,
    describe,
    carrier: 'srt',
    probe: async () => {
      const missing = ['srt-live-transmit', 'ffmpeg'].filter((program) => programPath(program) === undefined);
      return missing.length === 0
        ? undefined
        : `missing program: ${missing.join(', ')} (apt-get install srt-tools ffmpeg)`;
    },
    open: (site) => openSrt(site, Math.max(LEAST_LATENCY_MS, Math.round(roundTrips * site.path.rttMs))),
  };
}

async function openSrt(site: Site, latencyMs: number): Promise<Hop> {
  const died = new AbortController();
  const [center, edge] = await Promise.all([
    relay(site, site.receiver, 'center', died),
    relay(site, site.sender, 'edge', died),
  ]);
  const settings = `latency=${latencyMs}&transtype=live&payloadsize=${CHUNK_BYTES}`;
  const processes = [
    remuxBack(center.addresses),
    srtReceiver(settings),
    srtSender(site, settings),
    remux(edge.addresses),
  ].map((program) => start(site, program, died));
  return {
    publishUrl: `rtmp://${edge.addresses.rtmp}/${BROADCAST}`,
    playUrl: `http://${center.addresses.http}/${BROADCAST}.flv`,
    processes: [edge.watched, center.watched, ...processes],
    figures: { kind: 'none' },
    died: died.signal,
    settings: {
      latencyMs,
      subscribe: 'SRT carries as soon as the publisher is there: the link is warm when the viewer comes',
      encryption: 'none',
      remux: 'ffmpeg -c copy, FLV to MPEG-TS and back',
    },
  };
}

/** One of the four programs between the relays. */
interface Program {
  readonly end: 'sender' | 'receiver';
  readonly name: string;
  readonly program: 'ffmpeg' | 'srt-live-transmit';
  readonly args: readonly string[];
}

const TS_URL = `udp://127.0.0.1:${TS_PORT}`;
const TRANSMIT = ['-chunk', String(CHUNK_BYTES), '-loglevel', 'error', '-autoreconnect', 'yes'];
const FFMPEG = [
  ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
  ...['-probesize', '1000000', '-analyzeduration', '1000000'],
];

/** From MPEG-TS to the center. */
function remuxBack({ rtmp }: BoundAddresses): Program {
  const input = `${TS_URL}?fifo_size=50000&overrun_nonfatal=1&buffer_size=${UDP_BUFFER_BYTES}`;
  const args = [
    ...[...FFMPEG, '-f', 'mpegts', '-i', input],
    ...['-c', 'copy', '-flush_packets', '1', '-f', 'flv', `rtmp://${rtmp}/${BROADCAST}`],
  ];
  return { end: 'receiver', name: 'remux back', program: 'ffmpeg', args };
}

function srtReceiver(settings: string): Program {
  const args = [...TRANSMIT, `srt://:${SRT_PORT}?mode=listener&${settings}`, TS_URL];
  return { end: 'receiver', name: 'srt receiver', program: 'srt-live-transmit', args };
}

function srtSender(site: Site, settings: string): Program {
  const from = `${TS_URL}?mode=listener&rcvbuf=${UDP_BUFFER_BYTES}`;
  const args = [...TRANSMIT, from, `srt://${site.receiver.address}:${SRT_PORT}?mode=caller&${settings}`];
  return { end: 'sender', name: 'srt sender', program: 'srt-live-transmit', args };
}

/** From the edge to MPEG-TS. It asks for the broadcast before there is one: the edge lets it wait. */
function remux({ http }: BoundAddresses): Program {
  const args = [
    ...[...FFMPEG, '-f', 'flv', '-i', `http://${http}/${BROADCAST}.flv`],
    ...['-c', 'copy', '-flush_packets', '1', '-muxdelay', '0', '-muxpreload', '0', '-pes_payload_size', '0'],
    ...['-f', 'mpegts', `${TS_URL}?pkt_size=${CHUNK_BYTES}`],
  ];
  return { end: 'sender', name: 'remux', program: 'ffmpeg', args };
}

function start(site: Site, { end, name, program, args }: Program, died: AbortController): Watched {
  const child = new Child(site[end], { name, command: programPath(program) ?? program, args });
  site.cleanup.defer(name, async () => void (await child.stop('SIGTERM', 1_000)));
  void child.ended.then(() => {
    if (child.words !== '') site.note(`${name}: ${child.words}`);
    died.abort(child.endedError());
  });
  return { name, pid: child.pid ?? 0 };
}

/** A relay without links: one takes RTMP and serves HTTP, at either end. */
async function relay(
  site: Site,
  host: Host,
  name: 'edge' | 'center',
  died: AbortController,
): Promise<{ addresses: BoundAddresses; watched: Watched }> {
  const configFile = join(site.directory, `${name}.yaml`);
  const any = { listen: '127.0.0.1:0' };
  const log = { level: 'warn', format: 'json' };
  writeFileSync(
    configFile,
    JSON.stringify({ relay: { id: name, role: 'edge' }, rtmp: any, http: any, log, drainMs: DRAIN_MS }),
  );
  const child = new RelayChild({
    name,
    configFile,
    spawn: (command, args, options) => host.spawn(command, args, options),
    onLog: (line) => site.note(`${name}: ${line}`),
  });
  site.cleanup.defer(`the ${name} relay`, () => stopRelay(child));
  void child.ended.then(() => {
    if (!child.stopping) died.abort(child.diedError());
  });
  const addresses = await within(READY_MS, `the start of the ${name} relay`, child.ready);
  return { addresses, watched: { name, pid: child.pid ?? 0 } };
}
