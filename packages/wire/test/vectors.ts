/** The test vectors that docs/wire.md names: packages/wire/vectors/*.json. */
import { readFileSync } from 'node:fs';
import { WireError } from '../src/index.js';

/** One row: the same table drives decoding, encoding, the round trip and the seeds of the property tests. */
export interface Vector<Value> {
  readonly name: string;
  readonly value: Value;
  readonly bytes: Uint8Array;
}

/** Bytes that must be refused with `error`. */
export interface InvalidVector {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly error: string;
}

/** A file of vectors. `tolerated`: read, but never written like this. */
export interface Vectors<Value> {
  readonly vectors: readonly Vector<Value>[];
  readonly tolerated: readonly Vector<Value>[];
  readonly invalid: readonly InvalidVector[];
}

/** Reads vectors/`name`.json; `revive` makes a value of what JSON holds. */
export function load<Value>(name: string, revive: (json: never) => Value): Vectors<Value> {
  const file = new URL(`../../vectors/${name}.json`, import.meta.url);
  const { vectors, tolerated = [], longer = [], invalid } = JSON.parse(readFileSync(file, 'utf8'));
  const row = (json: { name: string; value: never; bytes: string }): Vector<Value> => ({
    name: json.name,
    value: revive(json.value),
    bytes: fromHex(json.bytes),
  });
  return {
    vectors: vectors.map(row),
    tolerated: [...tolerated, ...longer].map(row),
    invalid: invalid.map((json: { name: string; bytes: string; error: string }) => ({
      ...json,
      bytes: fromHex(json.bytes),
    })),
  };
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** The code of the WireError that `run` throws; whatever else it throws goes through. */
export function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof WireError) return error.code;
    throw error;
  }
}
