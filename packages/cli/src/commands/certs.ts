/** `longhaul certs`: a development authority and relay certificates. */
import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { type CertificateResult, writeCertificates } from '../certs/directory.js';
import { CliError } from '../errors.js';
import type { Output } from '../output.js';

const DEFAULT_NAMES = ['edge', 'center'];
const DEFAULT_DAYS = 365;
const MAX_DAYS = 3_650;

/** Adds the command to the parser. */
export function certs(yargs: Argv, output: Output): Argv {
  return yargs.command(
    'certs <dir>',
    'make a development certificate authority and relay certificates',
    (command) =>
      command
        .positional('dir', { type: 'string', demandOption: true, describe: 'directory for the PEM files' })
        .option('name', {
          type: 'string',
          array: true,
          requiresArg: true,
          describe: 'relay ids to certify (without it: edge and center)',
        })
        .option('days', {
          type: 'number',
          requiresArg: true,
          describe: `how long they hold (without it: ${DEFAULT_DAYS})`,
        })
        .option('force', {
          type: 'boolean',
          describe: 'replace certificates of these relays; the authority is kept',
        })
        .example('$0 certs certs', 'authority, edge.pem and center.pem in ./certs')
        .example('$0 certs certs --name edge-hk-1 --name edge-sg-1', 'add two relays to the same authority'),
    async (argv) => {
      const names = argv.name ?? DEFAULT_NAMES;
      const days = argv.days ?? DEFAULT_DAYS;
      if (!(days >= 1 && days <= MAX_DAYS)) {
        throw new CliError('LH_CLI_USAGE', `--days ${argv.days}: write a number from 1 to ${MAX_DAYS}`);
      }
      const options = { names, days, force: argv.force ?? false, now: new Date() };
      const result = await writeCertificates(argv.dir, options).catch((error: unknown) => {
        throw error instanceof CliError ? error : fileError(argv.dir, error);
      });
      output.line(describe(argv.dir, result));
    },
  );
}

function fileError(directory: string, cause: unknown): CliError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CliError('LH_CLI_FILE', `cannot write certificates to ${directory}: ${reason}`, { cause });
}

function describe(directory: string, result: CertificateResult): string {
  const lines = [
    result.authority === 'created'
      ? `authority created: ${resolve(directory, 'ca.pem')} (keep ca-key.pem off the relays)`
      : `authority kept: ${resolve(directory, 'ca.pem')}`,
  ];
  for (const relay of result.relays) {
    const until = relay.notAfter.toISOString().slice(0, 10);
    lines.push(
      '',
      `# relay "${relay.name}", valid until ${until}. In its config:`,
      'relay:',
      `  id: ${relay.name}`,
      'link:',
      '  tls:',
      `    certificate: ${relay.files.certificate}`,
      `    key: ${relay.files.key}`,
      `    authorities: ${relay.files.authorities}`,
    );
  }
  return lines.join('\n');
}
