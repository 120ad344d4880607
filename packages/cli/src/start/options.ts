/** Flags of `npm start`. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { CliError } from '../errors.js';

/** What a port is for. */
export type PortName = 'edgeRtmp' | 'rtmp' | 'http' | 'edgeHttp' | 'admin' | 'edgeAdmin' | 'link';

/** One port of the system: its flag, what it is in words, and its default. */
export interface PortInfo {
  readonly name: PortName;
  readonly flag: string;
  readonly what: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/** Every port that `npm start` opens, with the default of each. */
export const PORTS: readonly PortInfo[] = [
  { name: 'http', flag: 'http-port', what: 'page and HTTP-FLV at the center', protocol: 'tcp', port: 8080 },
  { name: 'edgeRtmp', flag: 'edge-rtmp-port', what: 'RTMP at the edge', protocol: 'tcp', port: 1935 },
  { name: 'rtmp', flag: 'rtmp-port', what: 'RTMP at the center', protocol: 'tcp', port: 1936 },
  { name: 'edgeHttp', flag: 'edge-http-port', what: 'HTTP-FLV at the edge', protocol: 'tcp', port: 8090 },
  { name: 'admin', flag: 'admin-port', what: 'admin API of the center', protocol: 'tcp', port: 8081 },
  { name: 'edgeAdmin', flag: 'edge-admin-port', what: 'admin API of the edge', protocol: 'tcp', port: 8082 },
  { name: 'link', flag: 'link-port', what: 'QUIC link at the edge', protocol: 'udp', port: 4433 },
];

/** What `npm start` was asked for. */
export interface StartOptions {
  readonly ports: Readonly<Record<PortName, number>>;
  /** FLV file to loop; undefined: no sample broadcast. */
  readonly sample: string | undefined;
  /** Where certificates and configs are kept between runs. */
  readonly cacheDir: string;
  /** Print the relays' whole log. */
  readonly verbose: boolean;
}

/** The clip in the package. */
export const SAMPLE_FILE = fileURLToPath(new URL('../../../sample/sample.flv', import.meta.url));
const CACHE_DIR = fileURLToPath(new URL('../../../../../.cache/start', import.meta.url));

/** Reads the flags; undefined when help was asked for and printed. Throws `LH_CLI_USAGE`. */
export async function parseStartOptions(argv: readonly string[]): Promise<StartOptions | undefined> {
  let program = yargs([...argv])
    .scriptName('npm start --')
    .usage(
      'npm start -- [OPTIONS]\n\nAn edge, a center, the QUIC link between them and a looping sample broadcast, on this machine.',
    )
    .version(false)
    .help()
    .alias('help', 'h')
    .strict()
    .exitProcess(false)
    .wrap(Math.min(110, process.stdout.columns || 100))
    .fail((message, error) => {
      // Its own complaints about arguments come as a message or as a YError.
      if (error !== undefined && error.name !== 'YError') throw error;
      throw new CliError('LH_CLI_USAGE', `${message ?? error?.message} (see npm start -- --help)`);
    });
  for (const info of PORTS) {
    program = program.option(info.flag, {
      type: 'number',
      requiresArg: true,
      describe: `${info.protocol === 'udp' ? 'UDP' : 'TCP'} port, ${info.what} (without it: ${info.port})`,
    });
  }
  const parsed = await program
    .option('sample', {
      type: 'string',
      requiresArg: true,
      describe: 'FLV file to loop instead of the clip in the box; "none" for none',
    })
    .option('cache-dir', {
      type: 'string',
      requiresArg: true,
      describe: 'where development certificates are kept',
    })
    .option('verbose', { type: 'boolean', describe: "print the relays' whole log" })
    .example('npm start', 'page on http://127.0.0.1:8080/')
    .example('npm start -- --http-port 9090', 'the page elsewhere')
    .parseAsync();
  if (parsed.help === true || parsed.h === true) return undefined;
  return {
    ports: parsePorts(parsed),
    sample: parsed.sample === 'none' ? undefined : resolve(parsed.sample ?? SAMPLE_FILE),
    cacheDir: resolve(parsed['cache-dir'] ?? CACHE_DIR),
    verbose: parsed.verbose ?? false,
  };
}

function parsePorts(parsed: Readonly<Record<string, unknown>>): Record<PortName, number> {
  const ports = {} as Record<PortName, number>;
  const users = new Map<string, PortInfo>();
  for (const info of PORTS) {
    const port = (parsed[info.flag] as number | undefined) ?? info.port;
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new CliError('LH_CLI_USAGE', `--${info.flag} ${parsed[info.flag]}: write a port from 1 to 65535`);
    }
    const other = users.get(`${info.protocol} ${port}`);
    if (other !== undefined) {
      throw new CliError(
        'LH_CLI_USAGE',
        `--${other.flag} and --${info.flag} are both ${port}: choose another for one`,
      );
    }
    users.set(`${info.protocol} ${port}`, info);
    ports[info.name] = port;
  }
  return ports;
}
