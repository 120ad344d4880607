/** The PEM files of `link.tls`, as they were read last. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TlsFiles } from '../config/certificate.js';

/** Contents of the three files. */
export type Pems = Readonly<Record<keyof TlsFiles, Buffer>>;

/** Reads them. Throws what the file system throws. */
export function read(files: TlsFiles): Pems {
  return {
    certificate: readFileSync(files.certificate),
    key: readFileSync(files.key),
    authorities: readFileSync(files.authorities),
  };
}

/** Whether two readings brought the same bytes. */
export function same(a: Pems, b: Pems): boolean {
  return (['certificate', 'key', 'authorities'] as const).every((name) => a[name].equals(b[name]));
}

/** When the relay's own certificate ends (RFC 5280 §4.1.2.5, notAfter), seconds since 1970. */
export function notAfterSeconds({ certificate }: Pems): number {
  return Date.parse(new X509Certificate(certificate).validTo) / MS_PER_SECOND;
}

const MS_PER_SECOND = 1_000;
