/** Checks settings against the schema and words the first breach as one line. */
import { isIP } from 'node:net';
import { Ajv, type ErrorObject } from 'ajv';
import { RelayError } from '../errors.js';
import { isHostName, parseLinkUrl, parseListen } from './address.js';
import { nearest } from './nearest.js';
import * as Pattern from './pattern.js';
import { CONFIG_SCHEMA, type ConfigFile } from './schema.js';
import type { KeyPath, RawSettings } from './sources.js';

const RELAY_ID = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*$/;
const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9_.~-]{1,255}$/;

const ajv = new Ajv({ allErrors: true, verbose: true, useDefaults: true, strict: false });
ajv.addFormat('listen', (value: string) => parseListen(value) !== undefined);
ajv.addFormat('link-url', (value: string) => parseLinkUrl(value) !== undefined);
ajv.addFormat('relay-id', RELAY_ID);
ajv.addFormat('congestion', /^[a-z0-9_-]{1,15}$/);
ajv.addFormat('segment', SEGMENT);
ajv.addFormat('ip', (value: string) => isIP(value) !== 0);
ajv.addFormat('host', (value: string) => isHostName(value));
ajv.addFormat('name-pattern', (value: string) => Pattern.isNamePattern(value));
ajv.addFormat('path-pattern', (value: string) => Pattern.isPathPattern(value));
ajv.addFormat('origin', (value: string) => value === '*' || /^https?:\/\/[^/?#\s]+$/.test(value));
ajv.addFormat('fingerprint', (value: string) => /^(?:[0-9a-f]{2}:?){31}[0-9a-f]{2}$/i.test(value));
ajv.addFormat('rtmp-url', (value: string) => /^rtmps?:\/\/[^/?#\s]+\/[^?#\s]+$/.test(value));
const check = ajv.compile(CONFIG_SCHEMA);

/** Settings that keep the schema, defaults filled in. */
export type Settings = ConfigFile;

/** Fills in the defaults and validates. Throws `LH_RELAY_CONFIG` for the breach that stands first in the file. */
export function validate(raw: RawSettings): Settings {
  if (check(raw.values)) return raw.values as unknown as Settings;
  // Branches of one value (type, format, enum) fail together; the first of the line says enough.
  const errors = [...(check.errors ?? [])].sort((a, b) => rank(raw, a) - rank(raw, b));
  const [first] = errors;
  throw new RelayError(
    'LH_RELAY_CONFIG',
    first === undefined ? 'config: is not valid' : describe(raw, first),
  );
}

/** `broadcasts[0].path` */
export function formatKey(path: KeyPath): string {
  let key = '';
  for (const step of path) key += typeof step === 'number' ? `[${step}]` : key === '' ? step : `.${step}`;
  return key;
}

/** One line: where, key, rule, what was found, what to write. */
export function problem(
  raw: RawSettings,
  path: KeyPath,
  rule: string,
  fix: string,
  got?: unknown,
): RelayError {
  const found = got === undefined ? '' : `, got ${shorten(JSON.stringify(got))}`;
  return new RelayError('LH_RELAY_CONFIG', `${raw.where(path)}: ${formatKey(path)} ${rule}${found}; ${fix}`);
}

function rank(raw: RawSettings, error: ErrorObject): number {
  const path = pathOf(error);
  // A misspelt key often leaves a required one missing: name the misspelt one.
  return (
    raw.line(path) * 4 + (error.keyword === 'additionalProperties' ? 0 : error.keyword === 'required' ? 2 : 1)
  );
}

function pathOf(error: ErrorObject): KeyPath {
  const path: (string | number)[] = error.instancePath
    .split('/')
    .slice(1)
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~')));
  if (error.keyword === 'additionalProperties') path.push(String(error.params.additionalProperty));
  if (error.keyword === 'required') path.push(String(error.params.missingProperty));
  if (error.keyword === 'propertyNames') path.push(String(error.params.propertyName));
  else if (error.propertyName !== undefined) path.push(error.propertyName);
  return path;
}

function describe(raw: RawSettings, error: ErrorObject): string {
  const path = pathOf(error);
  const key = formatKey(path);
  const schema = (error.parentSchema ?? {}) as {
    rule?: string;
    fix?: string;
    properties?: object;
    secret?: boolean;
  };
  if (error.keyword === 'additionalProperties') {
    const known = Object.keys(schema.properties ?? {});
    const guess = nearest(String(path[path.length - 1]), known);
    const remedy = guess === undefined ? `the keys here are ${known.join(', ')}` : `did you mean ${guess}?`;
    return `${raw.whereKey(path)}: ${key} is not a key; ${remedy}`;
  }
  if (error.keyword === 'required') {
    const missing = (schema.properties as Record<string, { rule?: string; fix?: string }> | undefined)?.[
      String(path[path.length - 1])
    ];
    return `${raw.where(path)}: ${key} is missing; ${missing?.fix ?? 'write it'}`;
  }
  if (error.keyword === 'propertyNames' || error.propertyName !== undefined) {
    return `${raw.whereKey(path)}: ${key} must be a host name without a port; write live.example.com: customer1`;
  }
  const got = schema.secret === true ? 'something else' : shorten(JSON.stringify(error.data));
  return `${raw.where(path)}: ${key} ${schema.rule ?? error.message}, got ${got}; ${schema.fix ?? 'see docs/config.md'}`;
}

function shorten(text: string | undefined): string {
  const shown = text ?? 'nothing';
  return shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
}
