import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import t from 'tap';
import { certificatesHold, relayFiles, writeCertificates } from '../../src/certs/directory.js';

const now = new Date();
const options = { force: false, days: 365, now };
const DAY_MS = 86_400_000;

function certificateOf(directory: string, name: string): X509Certificate {
  return new X509Certificate(readFileSync(relayFiles(directory, name).certificate));
}

t.test('a fresh directory gets an authority and a certificate for each relay', async (t) => {
  const directory = join(t.testdir(), 'certs');
  const result = await writeCertificates(directory, { ...options, names: ['edge', 'center'] });
  t.equal(result.authority, 'created');
  const authority = new X509Certificate(readFileSync(join(directory, 'ca.pem')));
  t.ok(authority.ca, 'the authority may sign');
  for (const name of ['edge', 'center']) {
    const certificate = certificateOf(directory, name);
    t.ok(certificate.verify(authority.publicKey), `${name} is signed by it`);
    t.equal(certificate.subjectAltName, `DNS:${name}`);
    t.notOk(certificate.ca, 'a relay may not sign');
    t.ok(Date.parse(certificate.validFrom) < now.getTime(), 'a clock a little behind accepts it');
    t.ok(Math.abs(Date.parse(certificate.validTo) - now.getTime() - 365 * DAY_MS) < 2_000);
  }
  for (const file of readdirSync(directory)) {
    t.equal(statSync(join(directory, file)).mode & 0o777, 0o600, `${file} is for its owner alone`);
  }
});

t.test('relays are added to the authority that is there', async (t) => {
  const directory = t.testdir();
  await writeCertificates(directory, { ...options, names: ['edge'] });
  const before = readFileSync(join(directory, 'ca.pem'), 'utf8');
  const result = await writeCertificates(directory, { ...options, names: ['edge-2.example'] });
  t.equal(result.authority, 'kept');
  t.equal(readFileSync(join(directory, 'ca.pem'), 'utf8'), before);
  t.ok(certificatesHold(directory, ['edge', 'edge-2.example'], now, 0));
});

t.test('nothing is replaced unless forced', async (t) => {
  const directory = t.testdir();
  await writeCertificates(directory, { ...options, names: ['edge'] });
  const before = readFileSync(join(directory, 'edge.pem'), 'utf8');
  const again = writeCertificates(directory, { ...options, names: ['new', 'edge'] });
  await t.rejects(again, { code: 'LH_CLI_CERTS', message: /edge\.pem.*--force/ });
  t.equal(readFileSync(join(directory, 'edge.pem'), 'utf8'), before);
  t.notOk(readdirSync(directory).includes('new.pem'), 'not half of it either');
  await writeCertificates(directory, { ...options, names: ['edge'], force: true });
  t.not(readFileSync(join(directory, 'edge.pem'), 'utf8'), before);
  t.ok(certificatesHold(directory, ['edge'], now, 0), 'by the same authority');
});

t.test('names that TLS or the file system would misread are refused', async (t) => {
  const names = ['', 'a b', '-a', 'a_b', '../a', 'a..b', '10.0.0.1', 'a'.repeat(64), 'ca', 'edge-key', 'é'];
  for (const name of names) {
    const attempt = writeCertificates(join(t.testdir(), 'x'), { ...options, names: [name] });
    await t.rejects(attempt, { code: 'LH_CLI_USAGE' }, JSON.stringify(name));
  }
});

t.test('an authority without its key, or an expired one, is said to be so', async (t) => {
  const directory = t.testdir();
  await writeCertificates(directory, { ...options, names: ['edge'] });
  const late = new Date(now.getTime() + 4_000 * DAY_MS);
  await t.rejects(writeCertificates(directory, { ...options, names: ['b'], now: late }), {
    code: 'LH_CLI_CERTS',
    message: /expired/,
  });
  rmSync(join(directory, 'ca-key.pem'));
  await t.rejects(writeCertificates(directory, { ...options, names: ['b'] }), {
    code: 'LH_CLI_CERTS',
    message: /ca-key\.pem is missing/,
  });
});

t.test('a relay certificate does not outlive its authority', async (t) => {
  const directory = t.testdir();
  await writeCertificates(directory, { ...options, names: ['edge'] });
  const late = new Date(now.getTime() + 3_600 * DAY_MS);
  await writeCertificates(directory, { ...options, names: ['b'], now: late });
  const authority = new X509Certificate(readFileSync(join(directory, 'ca.pem')));
  t.equal(certificateOf(directory, 'b').validTo, authority.validTo);
});

t.test('certificates are reused while they hold and are of this authority', async (t) => {
  const directory = t.testdir();
  t.notOk(certificatesHold(directory, ['edge'], now, 0), 'nothing there');
  await writeCertificates(directory, { ...options, names: ['edge'], days: 10 });
  t.ok(certificatesHold(directory, ['edge'], now, 7 * DAY_MS));
  t.notOk(certificatesHold(directory, ['edge'], now, 11 * DAY_MS), 'too little time left');
  t.notOk(certificatesHold(directory, ['edge', 'center'], now, 0), 'one is missing');
});

t.test('two relays prove themselves to each other with them', async (t) => {
  const directory = t.testdir();
  await writeCertificates(directory, { ...options, names: ['edge', 'center'] });
  const identity = (name: string) => ({
    cert: readFileSync(relayFiles(directory, name).certificate),
    key: readFileSync(relayFiles(directory, name).key),
    ca: readFileSync(relayFiles(directory, name).authorities),
  });
  const server = createServer({ ...identity('edge'), requestCert: true, rejectUnauthorized: true });
  const seen = new Promise<string>((resolve) => {
    server.once('secureConnection', (socket: TLSSocket) => {
      resolve(socket.getPeerX509Certificate()?.subjectAltName ?? '');
      socket.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const client = connect({ ...identity('center'), port, host: '127.0.0.1', servername: 'edge' });
  await new Promise<void>((resolve, reject) => client.once('secureConnect', resolve).once('error', reject));
  t.ok(client.authorized);
  t.equal(await seen, 'DNS:center');
  client.destroy();
  server.close();
});
