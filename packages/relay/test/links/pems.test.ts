import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import type { TlsFiles } from '../../src/config/certificate.js';
import { loadConfig } from '../../src/config/config.js';
import * as Pem from '../../src/links/pems.js';
import { Relays } from '../drive/relays.js';

t.test('a scrape tells when the certificate in use ends, and follows a reload', async (t) => {
  const relays = await Relays.create(t);
  const { relay, admin } = await relays.start('edge');
  const file = relay.config.sources.file ?? '';
  const pem = join(dirname(file), 'edge.pem');
  const told = async () => {
    const text = await (await fetch(`${admin}/metrics`)).text();
    return Number(/^longhaul_link_certificate_not_after_seconds\{relay="edge"\} (\d+)$/m.exec(text)?.[1]);
  };
  const written = () => Date.parse(new X509Certificate(readFileSync(pem)).validTo) / 1_000;
  const first = await told();
  t.equal(first, written());
  // Certificates end on whole seconds: the next one has to end later to be told apart.
  do await relays.reissue('edge', dirname(file));
  while (written() === first);
  t.equal(await told(), first, 'new files are not in use before the reload');
  relay.reload(loadConfig({ file }));
  t.equal(await told(), written());
});

t.test('files are the same only when every byte is', async (t) => {
  const relays = await Relays.create(t);
  const { relay } = await relays.start('edge');
  const files = relay.config.link.tls as TlsFiles;
  const pems = Pem.read(files);
  t.ok(Pem.same(pems, Pem.read(files)));
  for (const name of ['certificate', 'key', 'authorities'] as const)
    t.notOk(Pem.same(pems, { ...pems, [name]: Buffer.concat([pems[name], Buffer.from('\n')]) }), name);
  t.throws(() => Pem.read({ ...files, key: '/nowhere' }), { code: 'ENOENT' });
});
