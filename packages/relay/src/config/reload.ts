/** What of a new config applies to a running relay. */
import { parseSettings, type RelayConfig } from './config.js';
import { keyRows } from './schema.js';
import type { KeyPath } from './sources.js';
import { formatKey } from './validate.js';

/** A config to run with from now on. */
export interface Reload {
  /** The old one with every reloadable key from the new one. */
  readonly config: RelayConfig;
  /** Changed keys that are in `config`. */
  readonly applied: readonly string[];
  /** Changed keys that are not. */
  readonly needRestart: readonly string[];
}

/** Takes over what can be taken over without a restart. */
export function applyReload(before: RelayConfig, after: RelayConfig): Reload {
  const changed = changedKeys(before, after);
  const live = new Set(keyRows().flatMap((row) => (row.reload ? [row.key] : [])));
  // The listener stays where it is: a public one must not lose its tokens to a config that moves it to loopback.
  if (changed.includes('rtmp.listen')) for (const key of PUBLISH_KEYS) live.delete(key);
  const applied = changed.filter((key) => live.has(key));
  const needRestart = changed.filter((key) => !live.has(key));
  const settings = structuredClone(after.settings);
  for (const key of needRestart) copyKey(before.settings, settings, key.split('.'));
  return { config: parseSettings(settings, after.sources), applied, needRestart };
}

/** Keys whose values differ, as `link.idleTimeoutMs`; lists count as one key. */
export function changedKeys(before: RelayConfig, after: RelayConfig): string[] {
  const old = flatten(before.settings);
  const now = flatten(after.settings);
  return [...new Set([...old.keys(), ...now.keys()])].filter((key) => old.get(key) !== now.get(key)).sort();
}

function flatten(value: unknown, path: KeyPath = [], into = new Map<string, string>()): Map<string, string> {
  const isSection = value !== null && typeof value === 'object' && !Array.isArray(value);
  if (isSection && !MAPS.has(path.join('.'))) {
    for (const [name, below] of Object.entries(value)) flatten(below, [...path, name], into);
  } else if (value !== undefined) {
    into.set(formatKey(path), JSON.stringify(value));
  }
  return into;
}

/** Keys whose value is a map: one key, whatever is in it. */
const MAPS = new Set(['domains', 'link.congestion.knobs']);

const PUBLISH_KEYS = ['rtmp.publish.tokens', 'rtmp.publish.open'];

/** Sets in `to` what stands at `path` in `from`, or removes it where nothing does. */
function copyKey(from: object, to: object, path: readonly string[]): void {
  const [name = '', ...below] = path;
  const source = from as Record<string, object>;
  const target = to as Record<string, object>;
  if (below.length > 0) copyKey(source[name] ?? {}, target[name] ?? {}, below);
  else if (source[name] === undefined) delete target[name];
  else target[name] = source[name];
}
