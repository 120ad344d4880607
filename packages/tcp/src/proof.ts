/** Who the peer is: what its certificate says, checked against what is accepted today. */
import type { X509Certificate } from 'node:crypto';
import type { IdentityMaterial } from '@longhaul/quic';
import { TransportError } from '@longhaul/transport';

/** What a handshake has proven; kept with a session, whose resumption shows no certificate. */
export interface Proof {
  /** Relay id: the first DNS name in the certificate. */
  readonly name: string;
  /** SHA-256 of the certificate in hex, as `Identity.revoke` takes it. */
  readonly fingerprint: string;
  /** When the certificate ends, ms since 1970. */
  readonly endsMs: number;
}

/** What `certificate`, whose chain TLS has verified, proves. @throws TransportError LH_TRANSPORT_TLS when it names no relay. */
export function read(certificate: X509Certificate): Proof {
  const name = relayId(certificate.subjectAltName);
  if (name === undefined) throw refusal('?', 'it names no relay (no DNS name)');
  return {
    name,
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    endsMs: Date.parse(certificate.validTo),
  };
}

/** Checks what a verified chain does not say. @throws TransportError LH_TRANSPORT_TLS. */
export function check(proof: Proof, material: IdentityMaterial): void {
  if (material.revoked.has(proof.fingerprint)) throw refusal(proof.name, 'revoked');
  // Of a resumed session nobody else looks.
  if (proof.endsMs <= Date.now()) throw refusal(proof.name, 'expired');
}

/** Checks that the certificate is for the relay that was dialled: any of its DNS names, wildcards are none. */
export function checkName(certificate: X509Certificate, wanted: string): void {
  const found = certificate.checkHost(wanted, { subject: 'never', wildcards: false });
  if (found === undefined)
    throw refusal(
      relayId(certificate.subjectAltName) ?? '?',
      `not for the name "${wanted}" that was dialled`,
    );
}

/** The first DNS name among the alternative ones; undefined for one that is none, such as what Node has to quote. */
function relayId(names: string | undefined): string | undefined {
  const first = (names ?? '').split(', ').find((name) => name.startsWith('DNS:'));
  const id = first?.slice('DNS:'.length);
  return id !== undefined && /^[A-Za-z0-9_.-]{1,253}$/.test(id) ? id : undefined;
}

/** A certificate that is not accepted. */
export function refusal(name: string, reason: string): TransportError {
  return new TransportError('LH_TRANSPORT_TLS', `certificate of relay "${name}": ${reason}`);
}
