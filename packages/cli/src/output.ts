/** Where a command writes: standard output for what was asked, standard error for what it says of itself. */

/** The two streams of a command. */
export interface Output {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** One line or block on standard output. */
  line(text: string): void;
  /** One line on standard error. */
  note(text: string): void;
}

/** The streams of this process. */
export function processOutput(): Output {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    line: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
  };
}
