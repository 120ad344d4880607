/** The config as the relay uses it: parsed once here, never checked again. */
import { isIPv6 } from 'node:net';
import { dirname, resolve } from 'node:path';
import type { Algorithm, KnobValues } from '@longhaul/quic';
import * as ClientAddress from '../client-address.js';
import { type Address, type LinkUrl, parseLinkUrl, parseListen } from './address.js';
import { resolveTls, type TlsFiles } from './certificate.js';
import * as Pattern from './pattern.js';
import { checkCongestion, checkLink, checkListeners } from './rules.js';
import { type ConfigSources, readSources } from './sources.js';
import { type Settings, validate } from './validate.js';

/** A relay to keep a link to. */
export interface PeerConfig {
  /** Relay id it must prove. */
  readonly name: string;
  readonly url: string;
  readonly address: Address;
  /** Where it is dialled while `url` does not answer. */
  readonly fallback?: string;
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
  readonly publishTokens: readonly string[];
}

/** Congestion control of links over QUIC. */
export interface CongestionConfig {
  readonly algorithm: Algorithm;
  readonly knobs: KnobValues;
  /** How long the path to a peer is remembered; 0: not at all. */
  readonly pathMemoryMs: number;
  /** For some peers; the first that matches counts. */
  readonly rules: readonly {
    readonly name: Pattern.Matcher;
    readonly algorithm?: Algorithm;
    readonly knobs?: KnobValues;
  }[];
}

/** Config of one relay. Durations in ms, sizes in bytes. */
export interface RelayConfig {
  readonly relay: { readonly id: string; readonly role: 'edge' | 'center'; readonly region: string };
  readonly rtmp: Listening<Filled<Settings['rtmp']>>;
  readonly http: Listening<Filled<Omit<Settings['http'], 'page'>>> & Pick<Settings['http'], 'page'>;
  readonly link: Listening<
    Omit<
      Required<Settings['link']>,
      'tls' | 'peers' | 'allow' | 'qlogDir' | 'tcp' | 'tunnel' | 'h2' | 'congestion' | 'fastStart'
    >
  > & {
    readonly tcp: Listening<Omit<Required<Settings['link']['tcp']>, 'congestion'>> & {
      readonly congestion?: string;
    };
    readonly congestion: CongestionConfig;
    readonly tunnel: { readonly listen?: Address };
    readonly h2: { readonly listen?: Address };
    readonly tls?: TlsFiles;
    readonly peers: readonly PeerConfig[];
    /** The first rule whose name matches; undefined refuses the relay. */
    allows(peerName: string): AllowRule | undefined;
    readonly qlogDir?: string;
    readonly fastStart: {
      readonly earlyData: boolean;
      readonly warmUp: boolean;
      readonly sessionFile?: string;
    };
  };
  readonly admin: { readonly listen?: Address };
  /** Domain of a host as a client names it (port allowed, case ignored). */
  domainOf(host: string): string;
  rule(path: string): Omit<BroadcastRule, 'path'>;
  /** Tokens of which a publisher of `path` has to show one; empty: none is asked for. */
  publishTokens(path: string): readonly string[];
  /** Whether no cap per address holds for this client. */
  isTrusted(address: string): boolean;
  readonly cache: Required<Settings['cache']>;
  readonly viewers: Required<Settings['viewers']>;
  readonly linger: Required<Settings['linger']>;
  readonly egress: Filled<Settings['egress']>;
  readonly log: Required<Settings['log']>;
  readonly drainMs: number;
  /** The settings as written, defaults filled in, to compare configs key by key. Holds secrets. */
  readonly settings: Settings;
  /** Where it came from, to load it again. */
  readonly sources: ConfigSources;
}

/** As a section is once defaults are in. */
type Filled<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Key in keyof T]-?: Filled<NonNullable<T[Key]>> }
    : T;

type Listening<T> = Omit<T, 'listen'> & { readonly listen?: Address };

/** Loads, validates and parses. Throws `LH_RELAY_CONFIG`; the message is one line for a person. */
export function loadConfig(sources: ConfigSources): RelayConfig {
  const raw = readSources(sources);
  const settings = validate(raw);
  const base = baseDirectory(sources);
  checkListeners(raw, settings);
  checkLink(raw, settings, base);
  checkCongestion(raw, settings);
  return parseSettings(settings, sources);
}

/** Parses settings that keep every rule. */
export function parseSettings(settings: Settings, sources: ConfigSources): RelayConfig {
  const base = baseDirectory(sources);
  const { tls, peers, allow, qlogDir, tcp, tunnel, h2, congestion, fastStart, ...link } =
    settings.link as Required<Settings['link']>;
  const rules = broadcastRules(settings);
  const fallback = defaultRule(settings);
  const trusted = new Set((settings.trustedAddresses ?? []).map(ClientAddress.plain));
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
      ...(listening(link) as Omit<
        RelayConfig['link'],
        'tls' | 'peers' | 'allows' | 'qlogDir' | 'tcp' | 'tunnel' | 'h2' | 'fastStart'
      >),
      tcp: listening(tcp) as RelayConfig['link']['tcp'],
      congestion: parseCongestion(congestion),
      tunnel: listening(tunnel),
      h2: listening(h2),
      ...(tls.certificate !== undefined && { tls: resolveTls(tls, base) }),
      peers: (peers ?? []).map(parsePeer),
      allows: allowRules(allow),
      ...(qlogDir !== undefined && { qlogDir: resolve(base, qlogDir) }),
      fastStart: parseFastStart(fastStart, base),
    },
    admin: listening(settings.admin),
    domainOf: (host) => domains.get(hostName(host)) ?? DEFAULT_DOMAIN,
    rule: (path) => rules.find((rule) => rule.path(path)) ?? fallback,
    publishTokens: (path) => {
      const { publishTokens } = rules.find((rule) => rule.path(path)) ?? fallback;
      return publishTokens.length > 0 ? publishTokens : (settings.rtmp.publish.tokens ?? []);
    },
    isTrusted: (address) => trusted.has(ClientAddress.plain(address)),
    cache: settings.cache as Required<Settings['cache']>,
    viewers: settings.viewers as Required<Settings['viewers']>,
    linger: settings.linger as Required<Settings['linger']>,
    egress: settings.egress as RelayConfig['egress'],
    log: settings.log as Required<Settings['log']>,
    drainMs: settings.drainMs as number,
    settings,
    sources,
  };
}

/** Domain of every host that `domains` does not name. */
export const DEFAULT_DOMAIN = 'default';

function baseDirectory(sources: ConfigSources): string {
  return dirname(resolve(sources.file ?? 'config.yaml'));
}

/** Lower case, no port, no brackets, no trailing dot. */
/** A host in lower case without brackets, port and last dot. */
function hostName(host: string): string {
  if (isIPv6(host)) return host.toLowerCase();
  const bare = /^\[(.*)\](?::\d+)?$/.exec(host)?.[1] ?? host.replace(/:\d*$/, '');
  return bare.replace(/\.$/, '').toLowerCase();
}

function parsePeer(peer: NonNullable<Settings['link']['peers']>[number]): PeerConfig {
  const { name, url, fallback } = peer;
  const { address } = parseLinkUrl(url) as LinkUrl;
  return { name, url, address, ...(fallback !== undefined && { fallback }) };
}

function listening<T extends { listen?: string | number }>(section: T): Listening<T> {
  const { listen, ...rest } = section;
  if (listen === undefined) return rest;
  const address = parseListen(listen);
  return address === undefined ? rest : { ...rest, listen: address };
}

function allowRules(allow: Settings['link']['allow']): (peerName: string) => AllowRule | undefined {
  if (allow === undefined) return () => ({ name: () => true, announce: () => true });
  const rules = allow.map((rule) => ({
    name: Pattern.compile(rule.name),
    announce: Pattern.compileAny(rule.announce ?? ['**']),
  }));
  return (peerName) => rules.find((rule) => rule.name(peerName));
}

function parseCongestion(settings: Settings['link']['congestion']): CongestionConfig {
  const { algorithm = 'bbr-live', knobs = {}, pathMemoryMs = 0, peers = [] } = settings;
  const rules = peers.map(({ name, ...rest }) => ({ name: Pattern.compile(name), ...rest }));
  return { algorithm, knobs, pathMemoryMs, rules };
}

function parseFastStart(
  settings: Settings['link']['fastStart'],
  base: string,
): RelayConfig['link']['fastStart'] {
  const { earlyData = false, warmUp = true, sessionFile } = settings;
  const file = sessionFile === undefined ? {} : { sessionFile: resolve(base, sessionFile) };
  return { earlyData, warmUp, ...file };
}

function defaultRule(settings: Settings): Omit<BroadcastRule, 'path'> {
  return {
    subscribe: settings.relay.role === 'center' ? 'always' : 'demand',
    passthrough: false,
    publishTokens: [],
  };
}

function broadcastRules(settings: Settings): BroadcastRule[] {
  const { subscribe, passthrough } = defaultRule(settings);
  return (settings.broadcasts ?? []).map((rule) => ({
    path: Pattern.compile(rule.path),
    subscribe: rule.subscribe ?? subscribe,
    passthrough: rule.passthrough ?? passthrough,
    publishTokens: rule.publishTokens ?? [],
  }));
}
