/** A profile's file as text, with the line of everything in it. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import { NetemError } from '../errors.js';
import { nearest } from './nearest.js';
import { PROFILE_SCHEMA, VARIANT_SCHEMA } from './schema.js';

/** Keys from the root: `['forward', 'loss']`. */
export type Place = readonly (string | number)[];

/** A parsed file. */
export class ProfileDocument {
  /** As given: the start of every error message. */
  readonly file: string;
  readonly value: Record<string, unknown>;
  readonly #document: Document;
  readonly #lines: LineCounter;

  /** @throws NetemError `LH_NETEM_PROFILE` when it is no YAML of one object, or breaks the schema */
  constructor(file: string, text: string) {
    this.file = file;
    this.#lines = new LineCounter();
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    const [fault] = this.#document.errors;
    if (fault) throw this.#fault(this.#lines.linePos(fault.pos[0]).line, wordsOf(fault));
    const value = this.#plain();
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.#fault(1, 'a profile is an object of fields');
    this.value = value as Record<string, unknown>;
    this.check(this.value.extends === undefined ? validateProfile : validateVariant, this.value);
  }

  /** The document without its nodes. */
  #plain(): unknown {
    try {
      return this.#document.toJS();
    } catch (error) {
      throw this.#fault(1, wordsOf(error as Error));
    }
  }

  /** Whether something stands at this place here. */
  has(place: Place): boolean {
    return this.#document.hasIn(place);
  }

  /** An error about a place: `FILE:LINE: where: rule`. */
  fault(place: Place, rule: string): NetemError {
    const where = place.length === 0 ? '' : `${place.join('.')}: `;
    return this.#fault(this.#lineOf(place), `${where}${rule}`);
  }

  /** @throws NetemError for the first breach of the schema by `value`, with its line here */
  check(validate: ValidateFunction, value: unknown): void {
    if (validate(value)) return;
    const error = plainest(validate.errors ?? []);
    const place = error.instancePath.split('/').slice(1).map(unescapePointer);
    const unknown = error.keyword === 'additionalProperties' ? [error.params.additionalProperty] : [];
    throw this.fault([...place, ...unknown], ruleOf(error));
  }

  #lineOf(place: Place): number {
    for (let length = place.length; length > 0; length -= 1) {
      const line = this.#lineOfKey(place.slice(0, length));
      if (line !== undefined) return line;
    }
    return 1;
  }

  #lineOfKey(place: Place): number | undefined {
    const parent = this.#document.getIn(place.slice(0, -1), true) ?? this.#document.contents;
    const key = place.at(-1);
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
      const node = isNode(pair?.key) ? pair.key : undefined;
      return node?.range ? this.#lines.linePos(node.range[0]).line : undefined;
    }
    const node = this.#document.getIn(place, true);
    return isNode(node) && node.range ? this.#lines.linePos(node.range[0]).line : undefined;
  }

  #fault(line: number, rule: string): NetemError {
    return new NetemError('LH_NETEM_PROFILE', `${this.file}:${line}: ${rule.split('\n')[0]}`);
  }
}

/** What the parser says of text that is made to exhaust it is for programmers. */
function wordsOf({ message }: Error): string {
  if (/call stack/.test(message)) return 'nested too deep';
  return /alias count/.test(message) ? 'too many aliases' : message;
}

const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true });
/** A profile whose every required field is there. */
export const validateProfile = ajv.compile(PROFILE_SCHEMA);
const validateVariant = ajv.compile(VARIANT_SCHEMA);

/**
 * An unknown key explains the others best, a wrong value more than a missing one; `oneOf` reports its branches too, which
 * say nothing.
 */
function plainest(errors: readonly ErrorObject[]): ErrorObject {
  const told = errors.filter((error) => !/\/oneOf\/\d+\//.test(error.schemaPath));
  const rank = ({ keyword }: ErrorObject) =>
    keyword === 'additionalProperties' ? 0 : keyword === 'required' ? 2 : 1;
  const [first = errors[0]] = told.sort((a, b) => rank(a) - rank(b));
  return first as ErrorObject;
}

function ruleOf(error: ErrorObject): string {
  const got = `got ${shorten(JSON.stringify(error.data))}`;
  switch (error.keyword) {
    case 'additionalProperties': {
      const known = Object.keys((error.parentSchema?.properties as object | undefined) ?? {});
      const near = nearest(String(error.params.additionalProperty), known);
      return `no such field${near === undefined ? ` (known: ${known.join(', ')})` : `, did you mean ${near}?`}`;
    }
    case 'required':
      return `${error.params.missingProperty}: is missing`;
    case 'oneOf':
      return String(error.parentSchema?.description ?? error.message);
    case 'enum':
      return `must be one of ${(error.params.allowedValues as string[]).join(', ')}, ${got}`;
    case 'type':
      return `must be ${error.params.type === 'object' ? 'an object' : `a ${error.params.type}`}, ${got}`;
    default:
      return `${error.message}, ${got}`;
  }
}

function shorten(text: string): string {
  return text.length > LONGEST_GOT ? `${text.slice(0, LONGEST_GOT)}...` : text;
}

const LONGEST_GOT = 80;

const unescapePointer = (word: string) => {
  const plain = word.replaceAll('~1', '/').replaceAll('~0', '~');
  return /^\d+$/.test(plain) ? Number(plain) : plain;
};
