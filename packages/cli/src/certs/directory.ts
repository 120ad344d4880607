/** A directory with an authority and the certificates of relays: what `longhaul certs` and `npm start` keep. */
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CliError, firstLine } from '../errors.js';
import type { KeyPair } from './authority.js';
import { parseRelayName } from './relay-name.js';

/** Absolute paths of one relay's three files, as `link.tls` of the config names them. */
export interface RelayFiles {
  readonly certificate: string;
  readonly key: string;
  readonly authorities: string;
}

/** What `writeCertificates` is asked for. */
export interface CertificateOptions {
  /** Relay ids. */
  readonly names: readonly string[];
  /** Replace certificates of these relays that exist already. The authority is always kept. */
  readonly force: boolean;
  /** How long a relay's certificate holds, days. */
  readonly days: number;
  readonly now: Date;
}

/** What `writeCertificates` did. */
export interface CertificateResult {
  readonly authority: 'created' | 'kept';
  readonly relays: readonly { readonly name: string; readonly files: RelayFiles; readonly notAfter: Date }[];
}

const DAY_MS = 86_400_000;
/** A clock that is behind by less than this still accepts a fresh certificate. */
const BACKDATE_MS = 3_600_000;
const AUTHORITY_DAYS = 3_650;
const AUTHORITY = { certificate: 'ca.pem', key: 'ca-key.pem' } as const;

/** Where the files of relay `name` stand in `directory`, existing or not. */
export function relayFiles(directory: string, name: string): RelayFiles {
  const base = resolve(directory);
  return {
    certificate: join(base, `${name}.pem`),
    key: join(base, `${name}-key.pem`),
    authorities: join(base, AUTHORITY.certificate),
  };
}

/**
 * Makes the authority if the directory has none, and a certificate for each relay. Keys never stand in a file that
 * others can read (0600). Rejects with `LH_CLI_CERTS` when a certificate exists and `force` is not set, before
 * anything is written.
 */
export async function writeCertificates(
  directory: string,
  options: CertificateOptions,
): Promise<CertificateResult> {
  const names = [...new Set(options.names.map(parseRelayName))];
  const reserved = names.find((name) => name === 'ca' || name.endsWith('-key'));
  if (reserved !== undefined) {
    throw new CliError(
      'LH_CLI_USAGE',
      `"${reserved}" is the name of another file in the directory: choose another relay id`,
    );
  }
  const existing = names.filter((name) => existsSync(relayFiles(directory, name).certificate));
  if (existing.length > 0 && !options.force) {
    const files = existing.map((name) => relayFiles(directory, name).certificate).join(', ');
    throw new CliError(
      'LH_CLI_CERTS',
      `${files} exists already: choose another --name, or --force to replace it`,
    );
  }
  // The library takes 100 ms to load: only who makes certificates waits for it.
  const { createAuthority, issueRelay } = await import('./authority.js');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const kept = readAuthority(directory, options.now);
  const authority = kept ?? (await createAuthority(validityOf(options.now, AUTHORITY_DAYS)));
  if (kept === undefined) {
    writePrivate(join(directory, AUTHORITY.key), authority.key);
    writePrivate(join(directory, AUTHORITY.certificate), authority.certificate);
  }
  const limit = new Date(new X509Certificate(authority.certificate).validTo);
  const relays = [];
  for (const name of names) {
    const validity = validityOf(options.now, options.days, limit);
    const pair = await issueRelay(authority, name, validity);
    const files = relayFiles(directory, name);
    writePrivate(files.key, pair.key);
    writePrivate(files.certificate, pair.certificate);
    relays.push({ name, files, notAfter: validity.notAfter });
  }
  return { authority: kept === undefined ? 'created' : 'kept', relays };
}

/** True when `directory` has certificates for every relay in `names` that its authority signed and that hold for another `marginMs`. */
export function certificatesHold(
  directory: string,
  names: readonly string[],
  now: Date,
  marginMs: number,
): boolean {
  try {
    const authority = new X509Certificate(readFileSync(join(directory, AUTHORITY.certificate)));
    return names.every((name) => {
      const files = relayFiles(directory, name);
      const certificate = new X509Certificate(readFileSync(files.certificate));
      return (
        certificate.verify(authority.publicKey) &&
        certificate.checkHost(name) !== undefined &&
        existsSync(files.key) &&
        [certificate, authority].every((each) => Date.parse(each.validTo) - now.getTime() > marginMs)
      );
    });
  } catch {
    return false;
  }
}

function readAuthority(directory: string, now: Date): KeyPair | undefined {
  const paths = { certificate: join(directory, AUTHORITY.certificate), key: join(directory, AUTHORITY.key) };
  const [hasCertificate, hasKey] = [existsSync(paths.certificate), existsSync(paths.key)];
  if (!hasCertificate && !hasKey) return undefined;
  if (!hasCertificate || !hasKey) {
    const missing = hasKey ? paths.certificate : paths.key;
    throw new CliError(
      'LH_CLI_CERTS',
      `the authority is incomplete: ${missing} is missing; restore it or use another directory`,
    );
  }
  try {
    const pair = {
      certificate: readFileSync(paths.certificate, 'utf8'),
      key: readFileSync(paths.key, 'utf8'),
    };
    const expires = new Date(new X509Certificate(pair.certificate).validTo);
    if (expires <= now) throw new Error(`it expired on ${expires.toISOString().slice(0, 10)}`);
    return pair;
  } catch (error) {
    throw new CliError(
      'LH_CLI_CERTS',
      `the authority in ${directory} cannot sign: ${firstLine(error)}; use another directory`,
      {
        cause: error,
      },
    );
  }
}

function validityOf(now: Date, days: number, limit?: Date): { notBefore: Date; notAfter: Date } {
  const notAfter = new Date(now.getTime() + days * DAY_MS);
  return {
    notBefore: new Date(now.getTime() - BACKDATE_MS),
    notAfter: limit !== undefined && limit < notAfter ? limit : notAfter,
  };
}

/** Whole or not at all, and never readable by others in between. */
function writePrivate(path: string, text: string): void {
  const part = `${path}.${process.pid}.part`;
  writeFileSync(part, text, { mode: 0o600 });
  renameSync(part, path);
}
