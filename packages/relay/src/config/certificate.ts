/** Checks the PEM files of the links before anything listens, so that a bad one is told with its line. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';

/** PEM files of the links, absolute paths. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly authorities: string;
}

/** The files as written in a config, relative ones below `base`. */
export function resolveTls(tls: Partial<TlsFiles>, base: string): TlsFiles {
  return {
    certificate: resolve(base, tls.certificate ?? ''),
    key: resolve(base, tls.key ?? ''),
    authorities: resolve(base, tls.authorities ?? ''),
  };
}

/** What is wrong with which file. */
export interface CertificateProblem {
  readonly key: keyof TlsFiles;
  readonly rule: string;
  readonly fix: string;
}

/** The first problem of the certificate, key and authorities of the relay `relayId`; undefined when all fit together. */
export function checkCertificate(
  relayId: string,
  files: TlsFiles,
  read: (file: string) => string,
): CertificateProblem | undefined {
  const certificate = attempt(() => new X509Certificate(read(files.certificate)));
  if (certificate === undefined) return bad('certificate', 'a certificate');
  const names = (certificate.subjectAltName ?? '')
    .split(', ')
    .flatMap((name) => (name.startsWith('DNS:') ? [name.slice(4)] : []));
  if (!names.includes(relayId)) {
    const rule = `must name this relay, "${relayId}"; it names ${names.join(', ') || 'none'}`;
    return {
      key: 'certificate',
      rule,
      fix: `run longhaul certs DIR --name ${relayId}, or write relay.id as it stands there`,
    };
  }
  const key = attempt(() => createPrivateKey(read(files.key)));
  if (key === undefined) return bad('key', 'a private key');
  if (!certificate.checkPrivateKey(key)) {
    return { key: 'key', rule: 'must belong to link.tls.certificate', fix: 'write the key made with it' };
  }
  if (attempt(() => new X509Certificate(read(files.authorities))) === undefined)
    return bad('authorities', 'a certificate');
  return undefined;
}

function bad(key: keyof TlsFiles, what: string): CertificateProblem {
  return { key, rule: `must hold ${what} in PEM`, fix: 'run longhaul certs DIR' };
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
