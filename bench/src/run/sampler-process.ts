/**
 * Process at the sender: reads what the hop's sender knows of the path until SIGTERM, then writes it as one series, with
 * the congestion control that was in force.
 * `node sampler-process.js JSON` with JSON = SamplerTask.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { nowUs } from './proc.js';
import { type Sample, SampleTable } from './sample-table.js';
import type { Sampled, SamplerTask } from './sampler.js';
import * as SocketFigures from './socket-figures.js';

/** Figures of the admin API, and the columns they become. */
const RELAY_COLUMNS: readonly (readonly [figure: string, column: string, factor: number])[] = [
  ['cwndBytes', 'cwndBytes', 1],
  ['pacingRateBps', 'rateBps', 1],
  ['deliveryRateBps', 'deliveryBps', 1],
  ['rttMs', 'rttUs', 1000],
  ['minRttMs', 'minRttUs', 1000],
  ['bytesInFlight', 'inFlightBytes', 1],
  ['bytesQueued', 'queuedBytes', 1],
  ['notSentBytes', 'notSentBytes', 1],
  ['bytesSent', 'sentBytes', 1],
  ['mediaBytesSent', 'mediaBytes', 1],
  ['packetsLost', 'lostPackets', 1],
  ['framesDropped', 'droppedFrames', 1],
];

async function main(task: SamplerTask): Promise<void> {
  const table = new SampleTable();
  const read =
    task.source.kind === 'relay' ? relayReader(task.source.address) : kernelReader(task.source.port);
  let ended = false;
  process.on('SIGTERM', () => {
    ended = true;
    const sampled: Sampled = { series: table.series('hop.sender'), ...congestion };
    writeFileSync(task.record, JSON.stringify(sampled));
    process.exit(0);
  });
  process.stdout.write('{"event":"started"}\n');
  let dueUs = nowUs();
  while (!ended) {
    const sample = await read().catch(() => undefined);
    if (sample !== undefined) table.add(nowUs(), sample);
    dueUs = Math.max(dueUs + task.everyMs * 1000, nowUs());
    await new Promise((resolve) => setTimeout(resolve, (dueUs - nowUs()) / 1000));
  }
}

/** The newest word on it; a relay's link, or a socket of `ss`. */
let congestion: Pick<Sampled, 'congestion'> = {};

/** The first link of the relay behind `address`. */
function relayReader(address: string): () => Promise<Sample> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return async () => {
    const { links } = JSON.parse(await body(`http://${address}/api/v1/links`, agent)) as {
      links: Record<string, unknown>[];
    };
    const link = links[0] ?? {};
    if (typeof link.congestion === 'string') congestion = { congestion: link.congestion };
    return Object.fromEntries(
      RELAY_COLUMNS.map(([figure, column, factor]) => {
        const value = link[figure];
        return [column, typeof value === 'number' ? value * factor : undefined];
      }),
    );
  };
}

function body(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent, timeout: 1_000 }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve(text));
      answer.on('error', reject);
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', reject);
    asked.end();
  });
}

/** The kernel's figures of the connection to `port` of the other end. */
function kernelReader(port: number): () => Promise<Sample> {
  return () =>
    new Promise((resolve, reject) => {
      const args = ['-tinH', 'state', 'established', 'dport', '=', `:${port}`];
      execFile('ss', args, { timeout: 1_000 }, (error, stdout) => {
        const sample = error === null ? SocketFigures.busiest(stdout) : undefined;
        const [name] = /\b(?:bbr|cubic|reno)\b/.exec(stdout ?? '') ?? [];
        if (name !== undefined) congestion = { congestion: name };
        if (sample === undefined) reject(error ?? new Error('no connection'));
        else resolve(sample);
      });
    });
}

void main(JSON.parse(process.argv[2] ?? '{}') as SamplerTask);
