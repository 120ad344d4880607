/** Mutations of bytes: what a peer gets wrong, and what an attacker gets right. */
import type { Random } from '@longhaul/testkit';

type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

/** `seed` with one to six mutations; `seeds` are there to splice with. */
export function mutate(seed: Uint8Array, random: Random, seeds: readonly Uint8Array[]): Uint8Array {
  let bytes: Uint8Array = seed.slice();
  for (let rest = random.integer(1, 6); rest > 0; rest--) {
    bytes = random.pick(MUTATIONS)(bytes, random, random.pick(seeds));
    if (bytes.length > MAX_BYTES) bytes = bytes.slice(0, MAX_BYTES);
  }
  return bytes;
}

const flipBits: Mutation = (bytes, random) => {
  for (let count = random.integer(1, 8); count > 0 && bytes.length > 0; count--) {
    const at = place(bytes, random);
    bytes[at] = (bytes[at] as number) ^ (1 << random.integer(0, 7));
  }
  return bytes;
};

const changeByte: Mutation = (bytes, random) => {
  if (bytes.length > 0) bytes[place(bytes, random)] = random.pick(BYTES);
  return bytes;
};

const truncate: Mutation = (bytes, random) => bytes.slice(0, random.integer(0, bytes.length));

const remove: Mutation = (bytes, random) => {
  const [from, to] = range(bytes, random);
  return concat(bytes.subarray(0, from), bytes.subarray(to));
};

const repeat: Mutation = (bytes, random) => {
  const [from, to] = range(bytes, random);
  const times = random.chance(0.05) ? random.integer(10, 200) : random.integer(1, 3);
  const parts = Array.from({ length: times }, () => bytes.subarray(from, to));
  return concat(bytes.subarray(0, to), ...parts, bytes.subarray(to));
};

const insert: Mutation = (bytes, random) => {
  const at = place(bytes, random);
  const added = random.bytes(random.integer(1, 16));
  if (random.chance(0.5)) added.fill(random.pick(BYTES));
  return concat(bytes.subarray(0, at), added, bytes.subarray(at));
};

const splice: Mutation = (bytes, random, other) => {
  const [from, to] = range(other, random);
  const at = place(bytes, random);
  const rest = random.chance(0.5) ? at : Math.min(bytes.length, at + to - from);
  return concat(bytes.subarray(0, at), other.subarray(from, to), bytes.subarray(rest));
};

const exchange: Mutation = (bytes, random) => {
  const [from, to] = range(bytes, random);
  const [start] = range(bytes, random);
  const moved = bytes.slice(from, to);
  const left = concat(bytes.subarray(0, from), bytes.subarray(to));
  const at = Math.min(start, left.length);
  return concat(left.subarray(0, at), moved, left.subarray(at));
};

/** Lengths and counts of 8 to 32 bits, big-endian: too large, too small, off by one. */
const lieInInteger: Mutation = (bytes, random) => {
  const width = random.integer(1, 4);
  if (bytes.length < width) return bytes;
  const at = random.integer(0, bytes.length - width);
  let value = 0;
  for (let index = 0; index < width; index++) value = value * 256 + (bytes[at + index] as number);
  const lie = random.pick([0, 1, value + 1, value - 1, value * 2, 2 ** (8 * width) - 1, 2 ** 31, 65_536]);
  for (let index = 0; index < width; index++) {
    bytes[at + index] = Math.floor(Math.max(0, lie) / 256 ** (width - 1 - index)) % 256;
  }
  return bytes;
};

/** The same of QUIC varints: one of another size, up to over the limit of 2^53. */
const lieInVarint: Mutation = (bytes, random) => {
  const at = place(bytes, random);
  const size = 1 << ((bytes[at] ?? 0) >> 6);
  return concat(bytes.subarray(0, at), random.pick(VARINTS), bytes.subarray(at + size));
};

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  changeByte,
  truncate,
  remove,
  repeat,
  insert,
  splice,
  exchange,
  lieInInteger,
  lieInVarint,
];

/** All parts as one. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return join(parts);
}

/** The same of a list of any length. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Bytes of hexadecimal digits. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

function place(bytes: Uint8Array, random: Random): number {
  return random.integer(0, Math.max(0, bytes.length - 1));
}

function range(bytes: Uint8Array, random: Random): [from: number, to: number] {
  const from = place(bytes, random);
  const most = random.chance(0.7) ? 32 : bytes.length;
  return [from, Math.min(bytes.length, from + random.integer(1, Math.max(1, most)))];
}

const BYTES = [0, 1, 2, 3, 5, 8, 9, 0x0a, 0x10, 0x11, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xc3, 0xfe, 0xff];
const VARINTS = ['00', '3f', '4000', '7fff', '80000000', 'bfffffff', 'c000000000000000', 'c01fffffffffffff']
  .concat(
    'c020000000000000',
    'ffffffffffffffff',
    'c0000000ffffffff',
    'c000000100000000',
    '80010001',
    '81000000',
  )
  .map(hex);
/** Longer inputs only cost time: what needs size is a case of its target. */
const MAX_BYTES = 64 * 1024;
