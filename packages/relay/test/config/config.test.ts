import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { loadConfig, type RelayConfig } from '../../src/config/config.js';
import { applyReload, changedKeys } from '../../src/config/reload.js';
import type { ConfigSources } from '../../src/config/sources.js';
import { TestAuthority } from '../certificates.js';

const authority = await TestAuthority.create();

/** Loads `yaml` from a file in a directory that holds certificates of the relays edge and center. */
async function load(test: Test, yaml: string, more: Omit<ConfigSources, 'file'> = {}): Promise<RelayConfig> {
  const directory = test.testdir({});
  await authority.write(directory, 'edge');
  await authority.write(directory, 'center');
  writeFileSync(join(directory, 'notes.txt'), 'not PEM');
  writeFileSync(join(directory, 'edge.yaml'), yaml);
  return loadConfig({ file: join(directory, 'edge.yaml'), ...more });
}

/** The message of a config that is refused, the directory left out. */
async function refusal(test: Test, yaml: string, more: Omit<ConfigSources, 'file'> = {}): Promise<string> {
  try {
    await load(test, yaml, more);
  } catch (error) {
    test.equal((error as { code?: string }).code, 'LH_RELAY_CONFIG');
    return (error as Error).message.replaceAll(`${test.testdirName}/`, '');
  }
  return 'accepted';
}

const TLS = 'tls: {certificate: edge.pem, key: edge.key, authorities: ca.pem}';

const BAD: readonly (readonly [yaml: string, message: string])[] = [
  ['', 'edge.yaml:1: relay.id is missing; write id: edge-hk-1'],
  ['- 1\n', 'edge.yaml:1: must be a file of sections; write relay: {id: edge}'],
  [
    'relay: {id: edge\nrtmp: 1\n',
    'edge.yaml:2: must be YAML, got "Flow map in block collection must be sufficiently indented and end with a }"; see docs/config.md',
  ],
  [
    'relay: {id: edge}\nrelay: {id: b}\n',
    'edge.yaml:2: must be YAML, got "Map keys must be unique"; see docs/config.md',
  ],
  [
    'relay: {id: edge}\nbroadcasts:\n  - path: **\n',
    'edge.yaml:3: must be YAML, got a text that begins with * without quotes; put the text in quotes, such as path: "**"',
  ],
  [
    'relay: {id: edge}\nhttp: {cors: [*]}\n',
    'edge.yaml:2: must be YAML, got a text that begins with * without quotes; put the text in quotes, such as path: "**"',
  ],
  [
    'relay: {id: edge}\nrtmp:\n  publish: {tokens: [*secret]}\n',
    'edge.yaml:3: must be YAML, got a text that begins with * without quotes; put the text in quotes, such as path: "**"',
  ],
  [
    `relay: {id: edge}\nlink:\n  congestion: {knobs: {init_cwn: 20}}\n`,
    'edge.yaml:3: link.congestion.knobs.init_cwn is no parameter of congestion control; did you mean init_cwnd?',
  ],
  [
    `relay: {id: edge}\nlink:\n  congestion:\n    knobs:\n      cubic_beta: 1.5\n`,
    'edge.yaml:5: link.congestion.knobs.cubic_beta must be a number from 0.5 to 0.9, got 1.5; write cubic_beta: 0.7',
  ],
  [
    `relay: {id: edge}\nlink:\n  congestion:\n    peers:\n      - {name: a, knobs: {init_cwnd: .nan}}\n`,
    'edge.yaml:5: link.congestion.peers[0].knobs.init_cwnd must be a whole number from 4 to 200 packets, got null; write init_cwnd: 10',
  ],
  [
    `relay: {id: edge}\nlink:\n  congestion: {algorithm: vegas}\n`,
    'edge.yaml:3: link.congestion.algorithm must be reno, cubic, bbr1, bbr3, bbr-live, copa or fixed, got "vegas"; write bbr-live',
  ],
  [
    'relay: {id: edge}\nbroadcasts: &all\n  - *all\n',
    'edge.yaml:3: must be YAML, got an alias inside what it names; write the values out',
  ],
  [
    `relay: {id: edge}\na: &a [1,1]\nb: &b [${'*a,'.repeat(9)}*a]\nc: &c [${'*b,'.repeat(9)}*b]\nd: [${'*c,'.repeat(9)}*c]\n`,
    'edge.yaml:1: must be YAML, got too many aliases; write the values out',
  ],
  ['relay:\n  id: edge\n  rol: edge\n', 'edge.yaml:3: relay.rol is not a key; did you mean role?'],
  ['relay: {id: edge}\nrtpm:\n  listen: 1935\n', 'edge.yaml:2: rtpm is not a key; did you mean rtmp?'],
  ['relay: {id: edge}\nadmin:\n  zzz: 1\n', 'edge.yaml:3: admin.zzz is not a key; the keys here are listen'],
  [
    'relay:\n  id: edge\n  role: origin\n',
    'edge.yaml:3: relay.role must be edge or center, got "origin"; write edge',
  ],
  [
    'relay: {id: "a b"}\n',
    'edge.yaml:1: relay.id must be a DNS name (letters, digits, "-" and ".", at most 253 characters), got "a b"; write id: edge-hk-1',
  ],
  [
    'relay: {id: edge}\nrtmp: {listen: "host"}\n',
    'edge.yaml:2: rtmp.listen must be host:port, [v6]:port or a port, got "host"; write listen: 127.0.0.1:1935',
  ],
  [
    'relay: {id: edge}\nhttp:\n  listen: 70000\n',
    'edge.yaml:3: http.listen must be host:port, [v6]:port or a port, got 70000; write listen: 127.0.0.1:8080',
  ],
  [
    'relay: {id: edge}\nrtmp:\n  listen: 0.0.0.0:1935\n',
    'edge.yaml:3: rtmp.listen is not loopback, so publishing needs a token, got "0.0.0.0:1935"; write rtmp.publish.tokens: [a-long-random-text], or rtmp.publish.open: true to let anyone publish',
  ],
  [
    'relay: {id: edge}\nrtmp:\n  publish:\n    tokens: secret\n',
    'edge.yaml:4: rtmp.publish.tokens must be a list of tokens, each of at least one character, got something else; write tokens: [a-long-random-text]',
  ],
  [
    'relay: {id: edge}\nrtmp: {listen: 1935}\nhttp: {listen: 1935}\n',
    'edge.yaml:3: http.listen is the address of rtmp.listen too, got 1935; write another port',
  ],
  [
    `relay: {id: edge}\nlink:\n  ${TLS}\n  peers:\n    - name: center\n      url: http://x\n`,
    'edge.yaml:6: link.peers[0].url must be quic://host:port, or the same with tls, quic+tunnel or h2, got "http://x"; write quic://center.example:4433',
  ],
  [
    `relay: {id: edge}\nlink:\n  ${TLS}\n  peers:\n    - url: quic://x:1\n`,
    'edge.yaml:5: link.peers[0].name is missing; write name: center',
  ],
  [
    `relay: {id: edge}\nlink:\n  ${TLS}\n  peers:\n    - {name: edge, url: "quic://x:1"}\n`,
    `edge.yaml:5: link.peers[0].name must not be the relay itself, got "edge"; write the other relay's id`,
  ],
  [
    `relay: {id: edge}\nlink:\n  ${TLS}\n  peers:\n    - {name: a, url: "quic://x:1"}\n    - {name: a, url: "quic://y:1"}\n`,
    'edge.yaml:6: link.peers[1].name must be unique, got "a"; remove one of the two',
  ],
  [
    'relay: {id: edge}\nlink:\n  listen: 127.0.0.1:4433\n',
    'edge.yaml:3: link.tls.certificate is missing and link.listen needs it; write certificate: FILE.pem (longhaul certs DIR makes one)',
  ],
  [
    'relay: {id: edge}\nlink:\n  listen: 4433\n  tls:\n    certificate: edge.pem\n    key: center.key\n    authorities: ca.pem\n',
    'edge.yaml:6: link.tls.key must belong to link.tls.certificate; write the key made with it',
  ],
  [
    'relay: {id: edge}\nlink:\n  listen: 4433\n  tls:\n    certificate: center.pem\n    key: center.key\n    authorities: ca.pem\n',
    'edge.yaml:5: link.tls.certificate must name this relay, "edge"; it names center; run longhaul certs DIR --name edge, or write relay.id as it stands there',
  ],
  [
    'relay: {id: edge}\nlink:\n  listen: 4433\n  tls:\n    certificate: notes.txt\n    key: edge.key\n    authorities: ca.pem\n',
    'edge.yaml:5: link.tls.certificate must hold a certificate in PEM; run longhaul certs DIR',
  ],
  [
    `relay: {id: edge}\nlink:\n  listen: 4433\n  ${TLS}\n  keepAliveMs: 9000\n`,
    'edge.yaml:5: link.keepAliveMs must be at most half of link.idleTimeoutMs, got 9000; write keepAliveMs: 5000',
  ],
  [
    'relay: {id: edge}\ndrainMs: 10s\n',
    'edge.yaml:2: drainMs must be a whole number of milliseconds from 0 to 3600000, got "10s"; write 10000',
  ],
  [
    'relay: {id: edge}\nbroadcasts:\n  - path: live/x\n',
    'edge.yaml:3: broadcasts[0].path must be a pattern domain/app/stream or **, got "live/x"; write path: default/live/*',
  ],
  [
    'relay: {id: edge}\ndomains:\n  a.example: x/y\n',
    'edge.yaml:3: domains.a.example must be a domain: letters, digits and "_.~-", got "x/y"; write live.example.com: customer1',
  ],
  [
    'relay: {id: edge}\ndomains:\n  "a.example:80": x\n',
    'edge.yaml:3: domains.a.example:80 must be a host name without a port; write live.example.com: customer1',
  ],
];

t.test('a config that breaks a rule is refused in one line', async (t) => {
  for (const [yaml, message] of BAD) {
    t.equal(await refusal(t, yaml), message);
    t.notMatch(message, /\n/);
  }
});

t.test('a file that is missing is refused', async (t) => {
  t.throws(() => loadConfig({ file: '/nowhere/edge.yaml' }), {
    code: 'LH_RELAY_CONFIG',
    message: '/nowhere/edge.yaml: cannot be read (no such file); give the path of a YAML file',
  });
});

t.test('an authority file that is missing is named with its full path', async (t) => {
  const message = await refusal(
    t,
    'relay: {id: edge}\nlink:\n  listen: 4433\n  tls: {certificate: edge.pem, key: edge.key, authorities: no.pem}\n',
  );
  t.match(
    message,
    /^edge\.yaml:4: link\.tls\.authorities must be a file, and .*no\.pem is none, got "no\.pem"; run longhaul certs DIR/,
  );
});

t.test('a directory for qlog files that is missing is refused: the engine would write none', async (t) => {
  const message = await refusal(
    t,
    `relay: {id: edge}\nlink:\n  ${TLS}\n  listen: 4433\n  qlogDir: no/qlog\n`,
  );
  t.match(
    message,
    /^edge\.yaml:5: link\.qlogDir must be a directory, and .*no\/qlog is none, got "no\/qlog"; run mkdir -p /,
  );
});

t.test('a variable and a flag are named where they break a rule', async (t) => {
  const yaml = 'relay: {id: edge}\n';
  t.equal(
    await refusal(t, yaml, { env: { LONGHAUL_RTMP_LISTEN: 'x' } }),
    'LONGHAUL_RTMP_LISTEN: rtmp.listen must be host:port, [v6]:port or a port, got "x"; write listen: 127.0.0.1:1935',
  );
  t.equal(
    await refusal(t, yaml, { flags: { drainMs: 'soon' } }),
    'flag drainMs: drainMs must be a whole number of milliseconds from 0 to 3600000, got "soon"; write 10000',
  );
  t.equal(
    await refusal(t, yaml, { flags: { 'rtmp.lisen': '1' } }),
    'flag rtmp.lisen: is not a key; did you mean rtmp.listen?',
  );
});

t.test('flags win over the environment, that over the file, that over the defaults', async (t) => {
  const yaml = 'relay: {id: edge}\ndrainMs: 1\nlinger: {viewerMs: 1, publisherMs: 1}\n';
  const env = {
    LONGHAUL_LINGER_VIEWER_MS: '2',
    LONGHAUL_LINGER_PUBLISHER_MS: '2',
    LONGHAUL_RTMP_PUBLISH_TOKENS: 'a, b',
    OTHER: 'x',
  };
  const config = await load(t, yaml, {
    env,
    flags: { 'linger.publisherMs': '3', 'rtmp.publish.open': 'true' },
  });
  t.equal(config.drainMs, 1);
  t.match(config.linger, { viewerMs: 2, publisherMs: 3 });
  t.match(config.rtmp.publish, { tokens: ['a', 'b'], open: true });
  t.equal(config.viewers.stallMs, 10_000);
});

t.test('an address without a host is loopback', async (t) => {
  const config = await load(
    t,
    'relay: {id: edge}\nrtmp: {listen: 1935}\nhttp: {listen: ":8080"}\nadmin: {listen: "[::1]:0"}\n',
  );
  t.strictSame(config.rtmp.listen, { host: '127.0.0.1', port: 1935 });
  t.strictSame(config.http.listen, { host: '127.0.0.1', port: 8080 });
  t.strictSame(config.admin.listen, { host: '::1', port: 0 });
});

t.test('files are found from the directory of the config', async (t) => {
  const config = await load(t, `relay: {id: edge}\nlink:\n  listen: 4433\n  ${TLS}\n  qlogDir: .\n`);
  t.equal(config.link.tls?.certificate, join(t.testdirName, 'edge.pem'));
  t.equal(config.link.qlogDir, t.testdirName);
});

t.test('the role sets the default of subscribe and a rule overrides it', async (t) => {
  const rules =
    'broadcasts:\n  - {path: "default/live/*", passthrough: true}\n  - {path: "default/*/x", subscribe: demand}\n';
  const center = await load(t, `relay: {id: c, role: center}\n${rules}`);
  t.strictSame(center.rule('default/live/x').subscribe, 'always');
  t.strictSame(center.rule('default/live/x').passthrough, true);
  t.strictSame(center.rule('default/vod/x').subscribe, 'demand');
  t.match(center.rule('default/vod/y'), { subscribe: 'always', passthrough: false });
  const edge = await load(t, 'relay: {id: e}\n');
  t.match(edge.rule('default/live/x'), { subscribe: 'demand', passthrough: false });
});

t.test('host names map to domains, whatever their case, port or final dot', async (t) => {
  const config = await load(t, 'relay: {id: e}\ndomains: {Live.Example.com: customer1, "::1": six}\n');
  for (const host of ['live.example.com', 'LIVE.example.com:1935', 'live.example.com.']) {
    t.equal(config.domainOf(host), 'customer1');
  }
  t.equal(config.domainOf('[::1]:80'), 'six');
  for (const host of ['', 'other', '127.0.0.1:8080']) t.equal(config.domainOf(host), 'default');
});

t.test('link.allow takes the first rule that matches and refuses what none does', async (t) => {
  const config = await load(
    t,
    'relay: {id: e}\nlink:\n  allow:\n    - {name: "edge-*", announce: ["default/live/*"]}\n    - {name: center}\n',
  );
  t.equal(config.link.allows('edge-hk')?.announce('default/live/a'), true);
  t.equal(config.link.allows('edge-hk')?.announce('default/vod/a'), false);
  t.equal(config.link.allows('center')?.announce('x/y/z'), true);
  t.equal(config.link.allows('stranger'), undefined);
  const open = await load(t, 'relay: {id: e}\n');
  t.equal(open.link.allows('stranger')?.announce('x/y/z'), true);
});

t.test('changed keys are named one by one, lists as a whole', async (t) => {
  const before = await load(t, 'relay: {id: e, region: hk}\ndrainMs: 5\nhttp: {cors: ["*"]}\n');
  const after = await load(
    t,
    'relay: {id: e}\ndrainMs: 6\nhttp: {cors: ["https://a.example"]}\nbroadcasts: [{path: "**"}]\n',
  );
  t.strictSame(changedKeys(before, after), ['broadcasts', 'drainMs', 'http.cors', 'relay.region']);
  t.strictSame(changedKeys(after, after), []);
});

t.test('a reload takes over the keys that apply now and keeps the others', async (t) => {
  const before = await load(t, 'relay: {id: e}\nrtmp: {listen: 1935}\nhttp: {cors: ["*"]}\n');
  const after = await load(
    t,
    'relay: {id: e}\nrtmp: {listen: 1936}\nlink: {qlogDir: q}\nhttp: {cors: ["https://a.example"]}\n',
  );
  const reload = applyReload(before, after);
  t.strictSame(reload.applied, ['http.cors']);
  t.strictSame(reload.needRestart, ['link.qlogDir', 'rtmp.listen']);
  t.equal(reload.config.rtmp.listen?.port, 1935);
  t.equal(reload.config.link.qlogDir, undefined);
  t.strictSame(reload.config.http.cors, ['https://a.example']);
  t.strictSame(applyReload(reload.config, after).needRestart, ['link.qlogDir', 'rtmp.listen']);
});

t.test('a reload that moves a public listener to loopback does not open the running one', async (t) => {
  const before = await load(t, 'relay: {id: e}\nrtmp: {listen: "0.0.0.0:1935", publish: {tokens: [a]}}\n');
  const after = await load(t, 'relay: {id: e}\nrtmp: {listen: 1935}\n');
  const reload = applyReload(before, after);
  t.strictSame(reload.needRestart, ['rtmp.listen', 'rtmp.publish.tokens']);
  t.strictSame(reload.config.rtmp.publish.tokens, ['a']);
});

t.test('tokens of a rule stand in place of those for all', async (t) => {
  const rules = 'broadcasts:\n  - {path: "a/b/*", publishTokens: [own]}\n  - {path: "a/*/*"}\n';
  const config = await load(t, `relay: {id: e}\nrtmp: {publish: {tokens: [all]}}\n${rules}`);
  t.strictSame(config.publishTokens('a/b/c'), ['own']);
  t.strictSame(config.publishTokens('a/c/c'), ['all']);
  t.strictSame(config.publishTokens('x/y/z'), ['all']);
});

t.test('trusted addresses are found however they are written', async (t) => {
  const config = await load(t, 'relay: {id: e}\ntrustedAddresses: ["10.0.0.1", "FE80::1"]\n');
  for (const address of ['10.0.0.1', '::ffff:10.0.0.1', 'fe80::1%eth0'])
    t.ok(config.isTrusted(address), address);
  t.notOk(config.isTrusted('127.0.0.1'));
  t.ok((await load(t, 'relay: {id: e}\n')).isTrusted('127.0.0.1'), 'this machine, by default');
  await t.rejects(load(t, 'relay: {id: e}\ntrustedAddresses: [localhost]\n'), { code: 'LH_RELAY_CONFIG' });
});
