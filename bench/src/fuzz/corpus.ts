/** Inputs kept as files: those that once broke something, and short ones of every kind. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FuzzCase } from './target.js';

/** `bench/fuzz/corpus`, from bench/dist/src/fuzz. */
export const CORPUS = fileURLToPath(new URL('../../../fuzz/corpus/', import.meta.url));

/** The kept inputs of a target, by file name. */
export function readCorpus(target: string): FuzzCase[] {
  const directory = `${CORPUS}${target}`;
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith('.bin'))
    .sort()
    .map((name) => ({ name, input: Uint8Array.from(readFileSync(`${directory}/${name}`)) }));
}

/** Keeps an input; returns the path of the file. */
export function keep(target: string, name: string, bytes: Uint8Array): string {
  const directory = `${CORPUS}${target}`;
  mkdirSync(directory, { recursive: true });
  const file = `${directory}/${name}.bin`;
  writeFileSync(file, bytes);
  return file;
}
