/** Two ends of a QUIC link in this process, over loopback UDP, with certificates made for the run. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { dial, Identity, type LinkOptions, listen, type QuicConnection } from '@longhaul/quic';
import * as x509 from '@peculiar/x509';

/** Both ends, neither attached. */
export interface LoopbackPair {
  readonly dialer: QuicConnection;
  readonly acceptor: QuicConnection;
  close(): Promise<void>;
}

/** Connects two ends with the same options. */
export async function loopbackPair(options: LinkOptions): Promise<LoopbackPair> {
  const identity = await benchIdentity('bench');
  let admit: (connection: QuicConnection) => void = () => {};
  const accepted = new Promise<QuicConnection>((resolve) => {
    admit = resolve;
  });
  const listener = await listen({
    ...options,
    address: '127.0.0.1:0',
    identity,
    onConnection: (connection) => admit(connection),
  });
  const url = `quic://${listener.address}`;
  const dialer = await dial({ ...options, url, serverName: 'bench', identity });
  const acceptor = await accepted;
  const close = async () => {
    dialer.close(0, 'done');
    await listener.close();
  };
  return { dialer, acceptor, close };
}

/** An authority and a relay of that name, for both ends. */
async function benchIdentity(name: string): Promise<Identity> {
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  const authorityKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=bench authority',
    keys: authorityKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }])],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return new Identity({
    certificate: certificate.toString('pem'),
    key: x509.PemConverter.encode(key, 'PRIVATE KEY'),
    authorities: authority.toString('pem'),
  });
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
