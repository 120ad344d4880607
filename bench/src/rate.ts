/**
 * Whether a link keeps to a rate that is set from outside: `npm run bench:rate`.
 *
 * Two ends in one process over loopback UDP; one sends as much as it may. Measured is UDP payload by the link's own
 * counters, over some seconds after the start. Exit code 1 when a rate is missed by more than 5 %.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { QuicConnection } from '@longhaul/quic';
import { type LoopbackPair, loopbackPair } from './loopback.js';

/** One measured rate. */
export interface RateResult {
  readonly targetBps: number;
  readonly measuredBps: number;
  readonly ratio: number;
  readonly seconds: number;
  readonly ok: boolean;
}

/** Measures every rate and prints a table, or JSON with `--json`. `--seconds N` per rate. Sets the exit code. */
export async function run(argv: readonly string[]): Promise<void> {
  const json = argv.includes('--json');
  const seconds = Number(argv[argv.indexOf('--seconds') + 1] ?? Number.NaN) || DEFAULT_SECONDS;
  const results: RateResult[] = [];
  if (!json) console.log('target Mbit/s   UDP payload Mbit/s   ratio   within 5 %');
  for (const targetBps of RATES_BPS) {
    const result = await measure(targetBps, seconds);
    results.push(result);
    if (!json) console.log(row(result));
  }
  if (json) console.log(JSON.stringify({ tolerance: TOLERANCE, results }, undefined, 2));
  if (results.some((result) => !result.ok)) process.exitCode = 1;
}

/** Runs one rate on a fresh connection. */
export async function measure(targetBps: number, seconds: number): Promise<RateResult> {
  const pair = await loopbackPair({ controller: { fixedBps: targetBps } });
  try {
    const stopFlood = flood(pair);
    await delay(SETTLE_MS);
    const [bytes, start] = [pair.dialer.stats().bytesSent, process.hrtime.bigint()];
    await delay(seconds * 1_000);
    const [moreBytes, end] = [pair.dialer.stats().bytesSent, process.hrtime.bigint()];
    stopFlood();
    const measuredBps = ((moreBytes - bytes) * 8) / (Number(end - start) / 1e9);
    const ratio = measuredBps / targetBps;
    return { targetBps, measuredBps, ratio, seconds, ok: Math.abs(ratio - 1) <= TOLERANCE };
  } finally {
    await pair.close();
  }
}

/** Keeps one stream full. Returns what stops it. */
function flood(pair: LoopbackPair): () => void {
  drain(pair.acceptor);
  pair.dialer.attach({ onUniStream() {}, onBidiStream() {}, onDatagram() {}, onClosed() {} });
  const stream = pair.dialer.openUni({ priority: 0 });
  const block = new Uint8Array(BLOCK_BYTES);
  const fill = () => {
    while (stream.credit > 0) stream.write([block]);
  };
  stream.listen({ onCredit: fill });
  fill();
  return () => stream.reset(0);
}

function drain(connection: QuicConnection): void {
  connection.attach({
    onUniStream: (stream) => stream.read({ onData() {}, onFinished() {}, onReset() {} }),
    onBidiStream() {},
    onDatagram() {},
    onClosed() {},
  });
}

function row({ targetBps, measuredBps, ratio, ok }: RateResult): string {
  const [target, measured] = [(targetBps / 1e6).toFixed(0), (measuredBps / 1e6).toFixed(3)];
  return `${target.padStart(13)}   ${measured.padStart(18)}   ${ratio.toFixed(3)}   ${ok ? 'yes' : 'NO'}`;
}

const RATES_BPS = [1e6, 10e6, 100e6];
const TOLERANCE = 0.05;
const DEFAULT_SECONDS = 4;
/** The handshake, packet size discovery and the first bucket are over by then. */
const SETTLE_MS = 500;
const BLOCK_BYTES = 64 * 1024;

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await run(process.argv.slice(2));
}
