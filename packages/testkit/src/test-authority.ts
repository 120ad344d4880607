/** Certificates made for a test: a CA and relays signed by it. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** What differs from a good certificate. */
export interface RelayCertificateOptions {
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** PEM texts of a relay: its certificate, the key of that, and the authorities it trusts. */
export interface RelayPem {
  readonly certificate: string;
  readonly key: string;
  readonly authorities: string;
}

/** A certificate authority that lives as long as the test. `Identity` is what the package under test makes of a `RelayPem`. */
export class TestAuthority<Identity> {
  readonly #identityOf: (pem: RelayPem) => Identity;
  readonly #certificate: x509.X509Certificate;
  readonly #keys: webcrypto.CryptoKeyPair;
  #serial = 1;

  private constructor(
    identityOf: (pem: RelayPem) => Identity,
    certificate: x509.X509Certificate,
    keys: webcrypto.CryptoKeyPair,
  ) {
    this.#identityOf = identityOf;
    this.#certificate = certificate;
    this.#keys = keys;
  }

  static async create<Identity>(
    identityOf: (pem: RelayPem) => Identity,
    name = 'test authority',
  ): Promise<TestAuthority<Identity>> {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      keys,
      notBefore: daysFromNow(-1),
      notAfter: daysFromNow(30),
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, 1, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ],
    });
    return new TestAuthority(identityOf, certificate, keys);
  }

  get pem(): string {
    return this.#certificate.toString('pem');
  }

  /** Certificate and key of a relay, trusting this authority. */
  async relay(name: string, options: RelayCertificateOptions = {}): Promise<RelayPem> {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    this.#serial += 1;
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: this.#serial.toString(16).padStart(2, '0'),
      subject: `CN=${name}`,
      issuer: this.#certificate.subject,
      notBefore: options.notBefore ?? daysFromNow(-1),
      notAfter: options.notAfter ?? daysFromNow(10),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }])],
    });
    const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return {
      certificate: certificate.toString('pem'),
      key: x509.PemConverter.encode(key, 'PRIVATE KEY'),
      authorities: this.pem,
    };
  }

  async identity(name: string): Promise<Identity> {
    return this.#identityOf(await this.relay(name));
  }
}

/** Now and so many days. */
export function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * 86_400_000);
}
