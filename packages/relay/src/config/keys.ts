/** Builders of the config schema: each key carries its line of documentation, its rule and its remedy. */
import { type TObject, type TProperties, type TSchema, Type } from '@sinclair/typebox';

/** What a key says of itself beside its type. */
export interface KeyNotes {
  /** One line for docs/config.md. */
  readonly doc: string;
  /** Takes effect on SIGHUP; without it a restart is needed. */
  readonly reload?: true;
  /** Follows the key in a message: `link.peers[0].url must be quic://host:port`. */
  readonly rule: string;
  /** What to write instead. */
  readonly fix: string;
}

const AN_HOUR_MS = 3_600_000;
const A_GIB = 1_073_741_824;

/** Text that may be left out. */
export function text(notes: KeyNotes & { default?: string; format?: string }) {
  return Type.Optional(Type.Unsafe<string>({ type: 'string', minLength: 1, ...notes }));
}

/** Text that must be there. */
export function required(notes: KeyNotes & { format?: string }) {
  return Type.Unsafe<string>({ type: 'string', minLength: 1, ...notes });
}

/** Where a listener binds. */
export function listen(notes: Pick<KeyNotes, 'doc'> & { fix: string }) {
  const rule = 'must be host:port, [v6]:port or a port';
  return Type.Optional(
    Type.Unsafe<string | number>({
      type: ['string', 'integer'],
      format: 'listen',
      minimum: 0,
      maximum: 65535,
      rule,
      ...notes,
    }),
  );
}

/** A whole number with a unit and bounds. */
export function whole(
  notes: Pick<KeyNotes, 'doc' | 'reload'> & {
    unit: 'ms' | 'bytes' | '';
    default: number;
    min?: number;
    max?: number;
  },
) {
  const {
    unit,
    min = 0,
    max = unit === 'ms' ? AN_HOUR_MS : unit === 'bytes' ? A_GIB : 1_000_000,
    ...rest
  } = notes;
  const of = unit === 'ms' ? ' of milliseconds' : unit === 'bytes' ? ' of bytes' : '';
  return Type.Optional(
    Type.Unsafe<number>({
      type: 'integer',
      minimum: min,
      maximum: max,
      rule: `must be a whole number${of} from ${min} to ${max}`,
      fix: `write ${notes.default}`,
      unit,
      ...rest,
    }),
  );
}

/** A share of something, 0 to 1. */
export function share(notes: Pick<KeyNotes, 'doc' | 'reload'> & { default: number }) {
  return Type.Optional(
    Type.Unsafe<number>({
      type: 'number',
      minimum: 0,
      maximum: 1,
      rule: 'must be a number from 0 to 1',
      fix: `write ${notes.default}`,
      ...notes,
    }),
  );
}

/** True or false. */
export function flag(notes: Pick<KeyNotes, 'doc' | 'reload'> & { default: boolean }) {
  return Type.Optional(
    Type.Unsafe<boolean>({
      type: 'boolean',
      rule: 'must be true or false',
      fix: `write ${notes.default}`,
      ...notes,
    }),
  );
}

/** One of some words. */
export function choice<const T extends string>(
  values: readonly T[],
  notes: Pick<KeyNotes, 'doc' | 'reload'> & { default?: T },
) {
  const rule = `must be ${values.slice(0, -1).join(', ')} or ${values[values.length - 1]}`;
  return Type.Optional(
    Type.Unsafe<T>({
      type: 'string',
      enum: values,
      rule,
      fix: `write ${notes.default ?? values[0]}`,
      ...notes,
    }),
  );
}

/** A list of texts. */
export function texts(notes: KeyNotes & { default?: readonly string[]; format?: string; secret?: true }) {
  const { format, ...rest } = notes;
  const { rule, fix, secret } = notes;
  const items = {
    type: 'string',
    minLength: 1,
    rule,
    fix,
    ...(format && { format }),
    ...(secret && { secret }),
  };
  return Type.Optional(Type.Unsafe<string[]>({ type: 'array', items, ...rest }));
}

/** Keys below a name; all of them may be left out together. */
export function section<T extends TProperties>(doc: string, properties: T) {
  return Type.Object(properties, {
    additionalProperties: false,
    default: {},
    doc,
    rule: 'must be a section of keys',
    fix: 'write its keys below it, indented',
  });
}

/** A list of sections. */
export function list<T extends TSchema>(items: T, notes: KeyNotes) {
  return Type.Optional(Type.Array(items, { ...notes }));
}

/** One section of a list. */
export function entry<T extends TProperties>(properties: T, fix: string): TObject<T> {
  return Type.Object(properties, { additionalProperties: false, rule: 'must be a section of keys', fix });
}
