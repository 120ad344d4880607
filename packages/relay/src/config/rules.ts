/** Rules that span several keys or look at files. */
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { knobTable } from '@longhaul/quic';
import { formatAddress, isLoopback, parseListen } from './address.js';
import { checkCertificate, resolveTls } from './certificate.js';
import { nearest } from './nearest.js';
import type { KeyPath, RawSettings } from './sources.js';
import { problem, type Settings } from './validate.js';

/** The listeners do not collide, and a public one says who may publish. Throws `LH_RELAY_CONFIG`. */
export function checkListeners(raw: RawSettings, settings: Settings): void {
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
  for (const [section, written] of tcpListeners(settings)) {
    const bound = written === undefined ? undefined : parseListen(written);
    if (bound === undefined || bound.port === 0) continue;
    const other = seen.get(formatAddress(bound));
    if (other !== undefined) {
      throw problem(
        raw,
        [...section.split('.'), 'listen'],
        `is the address of ${other}.listen too`,
        'write another port',
        written,
      );
    }
    seen.set(formatAddress(bound), section);
  }
}

/** Sections that listen on TCP, and where. */
function tcpListeners(settings: Settings): [string, string | number | undefined][] {
  const { rtmp, http, admin, link } = settings;
  return [
    ['rtmp', rtmp.listen],
    ['http', http.listen],
    ['admin', admin.listen],
    ['link.tcp', link.tcp.listen],
    ['link.h2', link.h2.listen],
  ];
}

/** What links need is there and fits together; relative files are below `base`. Throws `LH_RELAY_CONFIG`. */
export function checkLink(raw: RawSettings, settings: Settings, base: string): void {
  const { link } = settings;
  const wanted = linkUse(link);
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
  const found = checkCertificate(settings.relay.id, resolveTls(link.tls, base), (file) =>
    readFileSync(file, 'utf8'),
  );
  if (found !== undefined) throw problem(raw, ['link', 'tls', found.key], found.rule, found.fix);
  checkPeers(raw, settings);
  checkQlogDirectory(raw, settings, base);
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

/** Every parameter exists and is in its range. Throws `LH_RELAY_CONFIG`. */
export function checkCongestion(raw: RawSettings, settings: Settings): void {
  const { knobs, peers = [] } = settings.link.congestion;
  const maps: [KeyPath, Record<string, number> | undefined][] = [
    [['link', 'congestion', 'knobs'], knobs],
    ...peers.map((rule, index): [KeyPath, Record<string, number> | undefined] => [
      ['link', 'congestion', 'peers', index, 'knobs'],
      rule.knobs,
    ]),
  ];
  for (const [path, values] of maps) {
    for (const [name, value] of Object.entries(values ?? {})) checkKnob(raw, [...path, name], value);
  }
}

function checkKnob(raw: RawSettings, path: KeyPath, value: number): void {
  const table = knobTable();
  const name = String(path.at(-1));
  const knob = table.find((row) => row.name === name);
  if (knob === undefined) {
    const guess = nearest(
      name,
      table.map((row) => row.name),
    );
    const fix = guess === undefined ? 'see docs/congestion-control.md' : `did you mean ${guess}?`;
    throw problem(raw, path, 'is no parameter of congestion control', fix);
  }
  const { min, max, whole, unit } = knob;
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return;
  const kind = whole ? 'a whole number' : 'a number';
  const rule = `must be ${kind} from ${min} to ${max}${unit === '' ? '' : ` ${unit}`}`;
  throw problem(raw, path, rule, `write ${name}: ${knob.default}`, value);
}

/** The engine writes where it can and says nothing where it cannot. */
function checkQlogDirectory(raw: RawSettings, settings: Settings, base: string): void {
  const { qlogDir } = settings.link;
  if (qlogDir === undefined) return;
  const absolute = resolve(base, qlogDir);
  const refuse = (rule: string) =>
    problem(raw, ['link', 'qlogDir'], rule, `run mkdir -p ${absolute} as the user of the relay`, qlogDir);
  if (!existsSync(absolute) || !statSync(absolute).isDirectory())
    throw refuse(`must be a directory, and ${absolute} is none`);
  try {
    accessSync(absolute, constants.W_OK);
  } catch {
    throw refuse('must be a directory that the relay may write to');
  }
}

/** The key that makes links necessary; undefined while there are none. */
function linkUse(link: Settings['link']): string | undefined {
  if (link.listen !== undefined) return 'link.listen';
  const section = (['tcp', 'tunnel', 'h2'] as const).find((name) => link[name].listen !== undefined);
  if (section !== undefined) return `link.${section}.listen`;
  return link.peers?.length ? 'link.peers' : undefined;
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
