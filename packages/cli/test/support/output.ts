/** The streams of a command, caught. */
import { PassThrough } from 'node:stream';
import type { Output } from '../../src/output.js';

export interface CaughtOutput extends Output {
  /** Everything written so far. */
  readonly out: () => string;
  readonly err: () => string;
}

export function catchOutput(): CaughtOutput {
  const chunks = { out: [] as Buffer[], err: [] as Buffer[] };
  const streamTo = (into: Buffer[]) => {
    const stream = new PassThrough();
    stream.on('data', (chunk: Buffer) => into.push(chunk));
    return stream as unknown as NodeJS.WriteStream;
  };
  const [stdout, stderr] = [streamTo(chunks.out), streamTo(chunks.err)];
  return {
    stdout,
    stderr,
    line: (text) => void stdout.write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    out: () => Buffer.concat(chunks.out).toString('latin1'),
    err: () => Buffer.concat(chunks.err).toString('utf8'),
  };
}
