/**
 * Who is at the other end of a session. The library takes no certificate from a client and checks none of a private
 * authority, so both are done here: the certificate of the server is the one its TLS handshake has shown; the client
 * sends its own and signs what only the two ends of this TLS connection know (RFC 9266, keying material exporter).
 */
import { createPrivateKey, sign, verify, X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { IdentityMaterial } from '@longhaul/quic';
import { Proof } from '@longhaul/tcp/mux';
import { TransportError } from '@longhaul/transport';

/** What a client sends first: two lengths of 16 bits, each before what it measures. */
export function encodeClientProof(material: IdentityMaterial, socket: TLSSocket): Buffer {
  const certificate = new X509Certificate(material.certificate).raw;
  const key = createPrivateKey(Buffer.from(material.key));
  const algorithm = key.asymmetricKeyType === 'ec' || key.asymmetricKeyType === 'rsa' ? 'sha256' : null;
  const signature = sign(algorithm, secretOf(socket), key);
  return Buffer.concat([lengthOf(certificate), certificate, lengthOf(signature), signature]);
}

/** Reads a client's proof off the front of `bytes`; undefined while it is not whole. @throws TransportError LH_TRANSPORT_TLS. */
export function readClientProof(
  bytes: Buffer,
  material: IdentityMaterial,
  socket: TLSSocket,
): { proof: Proof.Proof; rest: Buffer } | undefined {
  const certificate = field(bytes, 0, MAX_CERTIFICATE_BYTES);
  if (certificate === undefined) return undefined;
  const signature = field(bytes, certificate.end, MAX_SIGNATURE_BYTES);
  if (signature === undefined) return undefined;
  const shown = parse(certificate.bytes);
  const kind = shown.publicKey.asymmetricKeyType;
  const algorithm = kind === 'ec' || kind === 'rsa' ? 'sha256' : null;
  if (!verify(algorithm, secretOf(socket), shown.publicKey, signature.bytes))
    throw refusal('its signature is wrong');
  return { proof: checkChain(shown, material), rest: bytes.subarray(signature.end) };
}

/** Checks what the server has shown in the handshake. @throws TransportError LH_TRANSPORT_TLS. */
export function checkServer(socket: TLSSocket, material: IdentityMaterial, serverName: string): Proof.Proof {
  const shown = socket.getPeerX509Certificate();
  if (shown === undefined) throw refusal('it shows no certificate');
  const proof = checkChain(shown, material);
  Proof.checkName(shown, serverName);
  return { ...proof, name: serverName };
}

/** One of our authorities has signed it, and it holds today. Certificates between the two are not followed. */
function checkChain(shown: X509Certificate, material: IdentityMaterial): Proof.Proof {
  const proof = Proof.read(shown);
  const now = Date.now();
  const holds = (each: X509Certificate) =>
    Date.parse(each.validFrom) <= now && now < Date.parse(each.validTo);
  const signed = authoritiesOf(material).some(
    (authority) =>
      authority.ca && holds(authority) && shown.checkIssued(authority) && shown.verify(authority.publicKey),
  );
  if (!signed) throw refusal(`certificate of relay "${proof.name}": not signed by an authority we trust`);
  if (!holds(shown)) throw refusal(`certificate of relay "${proof.name}": expired, or not valid yet`);
  Proof.check(proof, material);
  return proof;
}

function authoritiesOf(material: IdentityMaterial): X509Certificate[] {
  const texts = Buffer.from(material.authorities)
    .toString()
    .match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  return (texts ?? []).map((text) => new X509Certificate(text));
}

/** Known to the two ends of the TLS connection and to nobody else. */
function secretOf(socket: TLSSocket): Buffer {
  // Of earlier versions two connections may share it (RFC 9266 §4.2).
  if (socket.getProtocol() !== 'TLSv1.3') throw refusal('TLS 1.3 is needed');
  return socket.exportKeyingMaterial(32, 'EXPORTER-longhaul-h2', Buffer.alloc(0));
}

function lengthOf(bytes: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.byteLength);
  return length;
}

function field(bytes: Buffer, at: number, most: number): { bytes: Buffer; end: number } | undefined {
  if (bytes.byteLength < at + 2) return undefined;
  const length = bytes.readUInt16BE(at);
  if (length > most) throw refusal(`a proof of ${length} bytes`);
  const end = at + 2 + length;
  return bytes.byteLength < end ? undefined : { bytes: bytes.subarray(at + 2, end), end };
}

function parse(der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (cause) {
    throw new TransportError('LH_TRANSPORT_TLS', 'its certificate cannot be read', { cause });
  }
}

function refusal(reason: string): TransportError {
  return new TransportError('LH_TRANSPORT_TLS', reason);
}

const MAX_CERTIFICATE_BYTES = 16 * 1024;
const MAX_SIGNATURE_BYTES = 1_024;
