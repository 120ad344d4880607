/** Who a relay is and whom it trusts. */
import { X509Certificate } from 'node:crypto';
import type { NativeIdentity } from './native.generated.js';
import * as Native from './native.js';

/** PEM texts or the contents of PEM files. */
export interface IdentityPem {
  /** Our certificate, then intermediate ones. Its first DNS name is the relay id. */
  readonly certificate: string | Uint8Array;
  readonly key: string | Uint8Array;
  /** Certificates of the authorities that sign relays. */
  readonly authorities: string | Uint8Array;
}

/** What an identity is made of now, for transports whose TLS is not the addon's. */
export interface IdentityMaterial {
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
  readonly authorities: Uint8Array;
  /** Grows with each reload. */
  readonly generation: number;
  /** Grows with each reload that changed the authorities: sessions of before are not resumed. */
  readonly trustGeneration: number;
  /** Fingerprints of certificates that are not accepted, as `peerFingerprint` shows them. */
  readonly revoked: ReadonlySet<string>;
}

/**
 * One per relay, for dialling and listening: the session tickets and token keys that 0-RTT needs live in it.
 * Throws QuicError LH_QUIC_IDENTITY when the parts cannot be used or do not fit each other.
 */
export class Identity {
  /** @internal */
  readonly native: NativeIdentity;
  #notAfter: Date;
  #material: IdentityMaterial;

  constructor(pem: IdentityPem) {
    const [certificate, key, authorities] = bytesOf(pem);
    const revoked = new Set<string>();
    this.#material = { certificate, key, authorities, generation: 0, trustGeneration: 0, revoked };
    this.native = Native.call(() => new (Native.load().NativeIdentity)(certificate, key, authorities));
    this.#notAfter = endOf(certificate);
  }

  /** Own relay id. */
  get name(): string {
    return this.native.name;
  }

  /** When the certificate ends. */
  get notAfter(): Date {
    return this.#notAfter;
  }

  /** What it is made of now; another object after each reload. Holds the private key: keep it to yourself. */
  get material(): IdentityMaterial {
    return this.#material;
  }

  /** Another number whenever `exportResumption` has something new. */
  get resumptionVersion(): number {
    return this.native.resumptionVersion;
  }

  /**
   * The sessions of this relay as an acceptor and the key of its address tokens: with them peers come back in no round
   * trip after a restart. Secret: who has them can read early data of peers and forge their addresses.
   */
  exportResumption(): Uint8Array {
    return this.native.exportResumption();
  }

  /** Takes over what an earlier process of this relay exported. False, and nothing changes: damaged or of another relay. Before `listen`. */
  restoreResumption(bytes: Uint8Array): boolean {
    return this.native.restoreResumption(bytes);
  }

  /** Handshakes use these from now on; open connections stay. Throws as the constructor does, and changes nothing then. */
  reload(pem: IdentityPem): void {
    const [certificate, key, authorities] = bytesOf(pem);
    Native.call(() => this.native.reload(certificate, key, authorities));
    this.#notAfter = endOf(certificate);
    const { generation, trustGeneration, revoked, ...old } = this.#material;
    this.#material = {
      certificate,
      key,
      authorities,
      generation: generation + 1,
      trustGeneration: trustGeneration + (Buffer.compare(old.authorities, authorities) === 0 ? 0 : 1),
      revoked,
    };
  }

  /**
   * Peers that show one of these certificates are not accepted from now on, whoever signed them; open connections stay.
   * Each is the SHA-256 of the certificate in hex, colons allowed. Throws RangeError for what is none.
   */
  revoke(fingerprints: readonly string[]): void {
    const revoked = new Set(fingerprints.map(normalizeFingerprint));
    const each = [...revoked].map((text) => Buffer.from(text, 'hex'));
    Native.call(() => this.native.revoke(Buffer.concat(each)));
    this.#material = { ...this.#material, revoked };
  }
}

/** A fingerprint as `peerFingerprint` shows it: 64 lower-case hex digits. Throws RangeError for what is none. */
export function normalizeFingerprint(text: string): string {
  const digits = text.replaceAll(':', '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return digits;
  throw new RangeError(`"${text}" is no SHA-256 fingerprint: it has 64 hex digits`);
}

function bytesOf(pem: IdentityPem): [Uint8Array, Uint8Array, Uint8Array] {
  return [Buffer.from(pem.certificate), Buffer.from(pem.key), Buffer.from(pem.authorities)];
}

function endOf(certificate: Uint8Array): Date {
  return new Date(new X509Certificate(certificate).validTo);
}
