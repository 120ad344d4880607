/** Where settings come from: the file with its lines, the environment, the flags; merged in that order over the defaults. */
import { readFileSync } from 'node:fs';
import type { TSchema } from '@sinclair/typebox';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { RelayError } from '../errors.js';
import { nearest } from './nearest.js';
import { type KeyRow, keyRows } from './schema.js';

/** What a config is loaded from. */
export interface ConfigSources {
  /** Path of the YAML file; without one everything comes from the environment and the flags. */
  readonly file?: string;
  /** `LONGHAUL_RELAY_ID=edge` sets `relay.id`. Other names are ignored. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Key -> value as text, `{'relay.id': 'edge'}`; lists are separated by commas. */
  readonly flags?: Readonly<Record<string, string>>;
}

/** Path of a value: `['link', 'peers', 0, 'url']`. */
export type KeyPath = readonly (string | number)[];

/** Settings before validation, with the place of each. */
export interface RawSettings {
  readonly values: Record<string, unknown>;
  /** `edge.yaml:7`, `LONGHAUL_RTMP_LISTEN` or `flag rtmp.listen`; of the nearest parent when the key is not there. */
  where(path: KeyPath): string;
  /** As `where`, of the key's own name rather than its value. */
  whereKey(path: KeyPath): string;
  /** Line in the file, for sorting; 0 when it is from elsewhere. */
  line(path: KeyPath): number;
}

/** Reads and merges. Throws `LH_RELAY_CONFIG` when the file cannot be read or is not YAML. */
export function readSources(sources: ConfigSources): RawSettings {
  const { values, document, counter } = readFile(sources.file);
  const elsewhere = new Map<string, string>();
  for (const row of keyRows()) {
    if (row.key.includes('[]') || row.schema.items?.properties !== undefined || row.schema.type === 'object')
      continue;
    const variable = environmentName(row.key);
    const fromEnvironment = sources.env?.[variable];
    if (fromEnvironment !== undefined) overlay(values, row, fromEnvironment, elsewhere, variable);
    const fromFlags = sources.flags?.[row.key];
    if (fromFlags !== undefined) overlay(values, row, fromFlags, elsewhere, `flag ${row.key}`);
  }
  refuseUnknownFlags(sources.flags ?? {});
  const name = sources.file ?? 'config';
  const line = (path: KeyPath): number => (document === undefined ? 0 : lineOf(document, counter, path));
  const at = (path: KeyPath, lineNumber: number): string =>
    elsewhere.get(path.join('.')) ?? (lineNumber === 0 ? name : `${name}:${lineNumber}`);
  return {
    values,
    where: (path) => at(path, line(path)),
    whereKey: (path) => at(path, document === undefined ? 0 : lineOfKey(document, counter, path)),
    line: (path) => (elsewhere.has(path.join('.')) ? 0 : line(path)),
  };
}

/** `link.idleTimeoutMs` -> `LONGHAUL_LINK_IDLE_TIMEOUT_MS`. */
export function environmentName(key: string): string {
  return `LONGHAUL_${key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;
}

function readFile(file: string | undefined): {
  values: Record<string, unknown>;
  document: Document | undefined;
  counter: LineCounter;
} {
  const counter = new LineCounter();
  if (file === undefined) return { values: {}, document: undefined, counter };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    const why = code === 'ENOENT' ? 'no such file' : code;
    throw new RelayError(
      'LH_RELAY_CONFIG',
      `${file}: cannot be read (${why}); give the path of a YAML file`,
      { cause },
    );
  }
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: 'error',
  });
  const values = readValues(file, document, counter);
  if (values === null || values === undefined) return { values: {}, document, counter };
  if (typeof values !== 'object' || Array.isArray(values)) {
    throw new RelayError('LH_RELAY_CONFIG', `${file}:1: must be a file of sections; write relay: {id: edge}`);
  }
  return { values: values as Record<string, unknown>, document, counter };
}

/** The values of a file that is YAML. An alias that names nothing is not shown: it may be a token without its quotes. */
function readValues(file: string, document: Document, counter: LineCounter): unknown {
  const refuse = (at: number, rule: string, fix: string): never => {
    const { line } = counter.linePos(at);
    throw new RelayError('LH_RELAY_CONFIG', `${file}:${line}: must be YAML, got ${rule}; ${fix}`);
  };
  const quote = 'put the text in quotes, such as path: "**"';
  const [error] = document.errors;
  if (error?.code === 'BAD_ALIAS') refuse(error.pos[0], 'a text that begins with * without quotes', quote);
  if (error !== undefined)
    refuse(error.pos[0], `"${error.message.split('\n')[0] ?? 'not YAML'}"`, 'see docs/config.md');
  visit(document, {
    Alias: (_key, alias, parents) => {
      const at = alias.range?.[0] ?? 0;
      const named = alias.resolve(document);
      if (named === undefined) refuse(at, 'a text that begins with * without quotes', quote);
      else if (parents.includes(named)) refuse(at, 'an alias inside what it names', WRITE_OUT);
    },
  });
  try {
    return document.toJS({ maxAliasCount: 50 });
  } catch {
    // Aliases of aliases: few lines that stand for very many.
    return refuse(0, 'too many aliases', WRITE_OUT);
  }
}

const WRITE_OUT = 'write the values out';

function overlay(
  values: Record<string, unknown>,
  row: KeyRow,
  text: string,
  elsewhere: Map<string, string>,
  source: string,
): void {
  const path = row.key.split('.');
  let section = values;
  for (const name of path.slice(0, -1)) {
    const below = section[name];
    if (below === null || typeof below !== 'object' || Array.isArray(below)) section[name] = {};
    section = section[name] as Record<string, unknown>;
  }
  const value = decodeText(row.schema, text);
  section[path[path.length - 1] ?? ''] = value;
  elsewhere.set(row.key, source);
  if (Array.isArray(value)) for (const index of value.keys()) elsewhere.set(`${row.key}.${index}`, source);
}

/** Text of a variable or flag as the schema's type; text that does not fit stays text, for validation to refuse. */
function decodeText(schema: TSchema, text: string): unknown {
  const types: readonly string[] = Array.isArray(schema.type) ? schema.type : [schema.type];
  if (types.includes('array')) return text === '' ? [] : text.split(',').map((item) => item.trim());
  if (types.includes('integer') && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function refuseUnknownFlags(flags: Readonly<Record<string, string>>): void {
  const known = keyRows().map((row) => row.key);
  for (const key of Object.keys(flags)) {
    if (known.includes(key)) continue;
    const guess = nearest(key, known);
    const remedy = guess === undefined ? 'see docs/config.md' : `did you mean ${guess}?`;
    throw new RelayError('LH_RELAY_CONFIG', `flag ${key}: is not a key; ${remedy}`);
  }
}

function lineOf(document: Document, counter: LineCounter, path: KeyPath): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node: unknown = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return counter.linePos(node.range[0]).line;
    if (node !== undefined) return lineOfKey(document, counter, path.slice(0, depth));
  }
  return 1;
}

function lineOfKey(document: Document, counter: LineCounter, path: KeyPath): number {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const name = path[path.length - 1];
  if (isMap(parent)) {
    for (const pair of parent.items) {
      if (isScalar(pair.key) && String(pair.key.value) === String(name) && pair.key.range) {
        return counter.linePos(pair.key.range[0]).line;
      }
    }
  }
  return path.length > 1 ? lineOf(document, counter, path.slice(0, -1)) : 1;
}
