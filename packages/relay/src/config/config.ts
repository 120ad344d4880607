/** The config as the relay uses it: parsed once here, never checked again. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Address, formatAddress, isLoopback, parseListen, parseQuicUrl } from './address.js';
import { checkCertificate, type TlsFiles } from './certificate.js';
import * as Pattern from './pattern.js';
import { type ConfigSources, type KeyPath, type RawSettings, readSources } from './sources.js';
import { formatKey, problem, type Settings, validate } from './validate.js';

/** A relay to keep a link to. */
export interface PeerConfig {
  /** Relay id it must prove. */
  readonly name: string;
  readonly url: string;
  readonly address: Address;
}

/** Who may hold a link and what it may announce. */
export interface AllowRule {
  readonly name: Pattern.Matcher;
  readonly announce: Pattern.Matcher;
}

/** What holds for broadcasts whose path matches. */
export interface BroadcastRule {
  readonly path: Pattern.Matcher;
  readonly subscribe: 'always' | 'demand';
  readonly passthrough: boolean;
}

/** Config of one relay. Durations in ms, sizes in bytes. */
export interface RelayConfig {
  readonly relay: { readonly id: string; readonly role: 'edge' | 'center'; readonly region: string };
  readonly rtmp: Listening<Required<NonNullable<Settings['rtmp']>>>;
  readonly http: Listening<Required<NonNullable<Settings['http']>>>;
  readonly link: Listening<Omit<Required<Settings['link']>, 'tls' | 'peers' | 'allow' | 'qlogDir'>> & {
    readonly tls?: TlsFiles;
    readonly peers: readonly PeerConfig[];
    /** The first rule whose name matches; undefined refuses the relay. */
    allows(peerName: string): AllowRule | undefined;
    readonly qlogDir?: string;
  };
  readonly admin: { readonly listen?: Address };
  /** Domain of a host as a client names it (port allowed, case ignored). */
  domainOf(host: string): string;
  rule(path: string): Omit<BroadcastRule, 'path'>;
  readonly cache: Required<Settings['cache']>;
  readonly viewers: Required<Settings['viewers']>;
  readonly linger: Required<Settings['linger']>;
  readonly egress: Required<Settings['egress']>;
  readonly log: Required<Settings['log']>;
  readonly drainMs: number;
  /** The settings as written, defaults filled in, to compare configs key by key. Holds secrets. */
  readonly settings: Settings;
  /** Where it came from, to load it again. */
  readonly sources: ConfigSources;
}

type Listening<T> = Omit<T, 'listen'> & { readonly listen?: Address };

/** Loads, validates and parses. Throws `LH_RELAY_CONFIG`; the message is one line for a person. */
export function loadConfig(sources: ConfigSources): RelayConfig {
  const raw = readSources(sources);
  const settings = validate(raw);
  const base = dirname(resolve(sources.file ?? 'config.yaml'));
  checkListeners(raw, settings);
  checkLink(raw, settings, base);
  const { tls, peers, allow, qlogDir, ...link } = settings.link as Required<Settings['link']>;
  const rules = broadcastRules(settings);
  const fallback = defaultRule(settings);
  const domains = new Map(
    Object.entries(settings.domains ?? {}).map(([host, to]) => [host.toLowerCase(), to]),
  );
  return {
    relay: {
      id: settings.relay.id,
      role: settings.relay.role ?? 'edge',
      region: settings.relay.region ?? '',
    },
    rtmp: listening(settings.rtmp) as RelayConfig['rtmp'],
    http: listening(settings.http) as RelayConfig['http'],
    link: {
      ...(listening(link) as Omit<RelayConfig['link'], 'tls' | 'peers' | 'allows' | 'qlogDir'>),
      ...(tls.certificate !== undefined && { tls: tlsFiles(tls, base) }),
      peers: (peers ?? []).map(({ name, url }) => ({ name, url, address: parseQuicUrl(url) as Address })),
      allows: allowRules(allow),
      ...(qlogDir !== undefined && { qlogDir: resolve(base, qlogDir) }),
    },
    admin: listening(settings.admin),
    domainOf: (host) => domains.get(hostName(host)) ?? DEFAULT_DOMAIN,
    rule: (path) => rules.find((rule) => rule.path(path)) ?? fallback,
    cache: settings.cache as Required<Settings['cache']>,
    viewers: settings.viewers as Required<Settings['viewers']>,
    linger: settings.linger as Required<Settings['linger']>,
    egress: settings.egress as Required<Settings['egress']>,
    log: settings.log as Required<Settings['log']>,
    drainMs: settings.drainMs as number,
    settings,
    sources,
  };
}

/** Domain of every host that `domains` does not name. */
export const DEFAULT_DOMAIN = 'default';

/** Lower case, no port, no brackets, no trailing dot. */
function hostName(host: string): string {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(host)?.[1] ?? host.replace(/:\d*$/, '');
  return bare.replace(/\.$/, '').toLowerCase();
}

function listening<T extends { listen?: string | number }>(section: T): Listening<T> {
  const { listen, ...rest } = section;
  if (listen === undefined) return rest;
  const address = parseListen(listen);
  return address === undefined ? rest : { ...rest, listen: address };
}

function tlsFiles(tls: Settings['link']['tls'], base: string): TlsFiles {
  return {
    certificate: resolve(base, tls.certificate ?? ''),
    key: resolve(base, tls.key ?? ''),
    authorities: resolve(base, tls.authorities ?? ''),
  };
}

function allowRules(allow: Settings['link']['allow']): (peerName: string) => AllowRule | undefined {
  if (allow === undefined) return () => ({ name: () => true, announce: () => true });
  const rules = allow.map((rule) => ({
    name: Pattern.compile(rule.name),
    announce: Pattern.compileAny(rule.announce ?? ['**']),
  }));
  return (peerName) => rules.find((rule) => rule.name(peerName));
}

function defaultRule(settings: Settings): Omit<BroadcastRule, 'path'> {
  return { subscribe: settings.relay.role === 'center' ? 'always' : 'demand', passthrough: false };
}

function broadcastRules(settings: Settings): BroadcastRule[] {
  const { subscribe, passthrough } = defaultRule(settings);
  return (settings.broadcasts ?? []).map((rule) => ({
    path: Pattern.compile(rule.path),
    subscribe: rule.subscribe ?? subscribe,
    passthrough: rule.passthrough ?? passthrough,
  }));
}

function checkListeners(raw: RawSettings, settings: Settings): void {
  const address = settings.rtmp.listen === undefined ? undefined : parseListen(settings.rtmp.listen);
  const { tokens = [], open = false } = settings.rtmp.publish;
  if (address !== undefined && !isLoopback(address.host) && tokens.length === 0 && !open) {
    throw problem(
      raw,
      ['rtmp', 'listen'],
      'is not loopback, so publishing needs a token',
      'write rtmp.publish.tokens: [a-long-random-text], or rtmp.publish.open: true to let anyone publish',
      settings.rtmp.listen,
    );
  }
  const seen = new Map<string, string>();
  for (const section of ['rtmp', 'http', 'admin'] as const) {
    const written = settings[section].listen;
    const bound = written === undefined ? undefined : parseListen(written);
    if (bound === undefined || bound.port === 0) continue;
    const other = seen.get(formatAddress(bound));
    if (other !== undefined) {
      throw problem(
        raw,
        [section, 'listen'],
        `is the address of ${other}.listen too`,
        'write another port',
        written,
      );
    }
    seen.set(formatAddress(bound), section);
  }
}

function checkLink(raw: RawSettings, settings: Settings, base: string): void {
  const { link } = settings;
  const wanted = link.listen !== undefined ? 'link.listen' : link.peers?.length ? 'link.peers' : undefined;
  const files = ['certificate', 'key', 'authorities'] as const;
  const any = files.some((file) => link.tls[file] !== undefined);
  if (wanted === undefined && !any) return;
  for (const file of files) {
    const path: KeyPath = ['link', 'tls', file];
    const named = link.tls[file];
    if (named === undefined) {
      throw problem(
        raw,
        path,
        `is missing and ${wanted ?? 'link.tls'} needs it`,
        `write ${file}: FILE.pem (longhaul certs DIR makes one)`,
      );
    }
    const absolute = resolve(base, named);
    if (!existsSync(absolute) || !statSync(absolute).isFile()) {
      throw problem(
        raw,
        path,
        `must be a file, and ${absolute} is none`,
        'run longhaul certs DIR or write the right path',
        named,
      );
    }
  }
  const found = checkCertificate(settings.relay.id, tlsFiles(link.tls, base), (file) =>
    readFileSync(file, 'utf8'),
  );
  if (found !== undefined) throw problem(raw, ['link', 'tls', found.key], found.rule, found.fix);
  checkPeers(raw, settings);
  if ((link.redialMaxMs ?? 0) < (link.redialMinMs ?? 0)) {
    throw problem(
      raw,
      ['link', 'redialMaxMs'],
      'must be at least link.redialMinMs',
      `write redialMaxMs: ${link.redialMinMs}`,
      link.redialMaxMs,
    );
  }
  if ((link.keepAliveMs ?? 0) * 2 > (link.idleTimeoutMs ?? 0)) {
    const most = Math.floor((link.idleTimeoutMs ?? 0) / 2);
    throw problem(
      raw,
      ['link', 'keepAliveMs'],
      'must be at most half of link.idleTimeoutMs',
      `write keepAliveMs: ${most}`,
      link.keepAliveMs,
    );
  }
}

function checkPeers(raw: RawSettings, settings: Settings): void {
  const seen = new Set<string>();
  for (const [index, peer] of (settings.link.peers ?? []).entries()) {
    const path: KeyPath = ['link', 'peers', index, 'name'];
    if (peer.name === settings.relay.id) {
      throw problem(raw, path, 'must not be the relay itself', `write the other relay's id`, peer.name);
    }
    if (seen.has(peer.name)) throw problem(raw, path, 'must be unique', 'remove one of the two', peer.name);
    seen.add(peer.name);
  }
}

/** Keys whose values differ, as `link.idleTimeoutMs`; lists count as one key. */
export function changedKeys(before: RelayConfig, after: RelayConfig): string[] {
  const old = flatten(before.settings);
  const now = flatten(after.settings);
  return [...new Set([...old.keys(), ...now.keys()])].filter((key) => old.get(key) !== now.get(key)).sort();
}

function flatten(value: unknown, path: KeyPath = [], into = new Map<string, string>()): Map<string, string> {
  if (value !== null && typeof value === 'object' && !Array.isArray(value) && path.join('.') !== 'domains') {
    for (const [name, below] of Object.entries(value)) flatten(below, [...path, name], into);
  } else if (value !== undefined) {
    into.set(formatKey(path), JSON.stringify(value));
  }
  return into;
}
