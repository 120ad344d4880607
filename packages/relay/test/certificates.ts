/** A certificate authority and relay certificates for tests, in memory. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const { subtle } = webcrypto;
// The types of the browser's Crypto are not loaded here; Node's is the same thing.
x509.cryptoProvider.set(webcrypto as never);

/** PEM texts of one relay. */
export interface RelayPems {
  readonly certificate: string;
  readonly key: string;
  readonly authorities: string;
}

/** Signs certificates for the relays of one test. */
export class TestAuthority {
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #certificate: x509.X509Certificate;

  private constructor(keys: webcrypto.CryptoKeyPair, certificate: x509.X509Certificate) {
    this.#keys = keys;
    this.#certificate = certificate;
  }

  /** A new authority. */
  static async create(): Promise<TestAuthority> {
    const keys = await subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: 'CN=test authority',
      ...validity(),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    });
    return new TestAuthority(keys, certificate);
  }

  /** Certificate and key of the relay `name`. */
  async issue(name: string): Promise<RelayPems> {
    const keys = await subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: '02',
      subject: `CN=${name}`,
      issuer: this.#certificate.subject,
      ...validity(),
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }]),
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage.serverAuth,
          x509.ExtendedKeyUsage.clientAuth,
        ]),
      ],
    });
    const key = x509.PemConverter.encode(await subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
    return { certificate: certificate.toString('pem'), key, authorities: this.#certificate.toString('pem') };
  }

  /** Writes `NAME.pem`, `NAME.key` and `ca.pem` into `directory`. */
  async write(directory: string, name: string): Promise<void> {
    const pems = await this.issue(name);
    writeFileSync(join(directory, `${name}.pem`), pems.certificate);
    writeFileSync(join(directory, `${name}.key`), pems.key);
    writeFileSync(join(directory, 'ca.pem'), pems.authorities);
  }
}

function validity(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS) };
}
