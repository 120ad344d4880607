/** What source and receiver processes have in common: options as JSON, one JSON line an event, an orderly end. */
import { CliError } from '@longhaul/cli';

/** The object in the first argument. Throws `LH_CLI_USAGE`. */
export function optionsOf(argv: readonly string[]): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(argv[0] ?? '');
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new CliError('LH_CLI_USAGE', 'the first argument is no JSON object with the options');
}

/** How a field of the options has to look. */
export interface Field {
  readonly type: 'string' | 'number' | 'boolean';
  readonly optional?: boolean;
  /** Of a number. */
  readonly least?: number;
}

/** `options` if every field is as `fields` says and none is unknown. Throws `LH_CLI_USAGE` with the field and the rule. */
export function checked<Options>(
  options: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<keyof Options & string, Field>>,
): Options {
  const fail = (rule: string) => {
    throw new CliError('LH_CLI_USAGE', rule);
  };
  for (const name of Object.keys(options)) if (!(name in fields)) fail(`unknown option ${name}`);
  for (const [name, { type, optional, least }] of Object.entries<Field>(fields)) {
    const value = options[name];
    if (value === undefined && optional === true) continue;
    if (typeof value !== type) fail(`${name} is ${JSON.stringify(value)}: write a ${type}`);
    if (least !== undefined && !((value as number) >= least))
      fail(`${name} is ${value}: write ${least} or more`);
  }
  return options as Options;
}

/** Prints one line. */
export function tell(event: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Runs `main` with a signal that SIGTERM and SIGINT abort. A rejection is told as the end, exit code 1, 2 for bad options. */
export async function runProcess(main: (signal: AbortSignal) => Promise<number>): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort());
  try {
    process.exitCode = await main(stop.signal);
  } catch (error) {
    tell({ event: 'ended', reason: (error as Error).message });
    process.exitCode = error instanceof CliError && error.code === 'LH_CLI_USAGE' ? 2 : 1;
  }
}
