/** All TypeScript: one root `tsc -b`, skipped when no source changed since the last good one. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fingerprint, listFiles, Stamp } from './fingerprint.mjs';
import { at, binOf } from './paths.mjs';
import { runStep } from './step.mjs';

const stamp = new Stamp('typescript');
const isSource = (name) => /\.(ts|tsx|mts|js|mjs)$/.test(name) || /^(tsconfig.*|package)\.json$/.test(name);

/** Directories of the workspaces, absolute. */
export function workspaceDirs() {
  const found = [];
  for (const parent of ['packages']) {
    for (const name of readdirSync(at(parent)))
      if (existsSync(at(parent, name, 'package.json'))) found.push(at(parent, name));
  }
  for (const name of ['bench', 'netem']) if (existsSync(at(name, 'package.json'))) found.push(at(name));
  return found;
}

function wantedFingerprint() {
  const files = [at('tsconfig.json'), at('tsconfig.base.json'), at('package-lock.json')];
  for (const directory of workspaceDirs()) files.push(...listFiles(directory, isSource));
  return fingerprint(files, [process.version]);
}

/** Outputs are there at all: someone may have removed a `dist`. */
function hasOutputs() {
  return workspaceDirs().every((directory) => existsSync(join(directory, 'dist/src.tsbuildinfo')));
}

/** True when `tsc -b` has nothing to do. */
export function isTypeScriptBuilt() {
  return hasOutputs() && stamp.holds(wantedFingerprint());
}

/** Removes outputs whose source is gone: a deleted test must not run on. */
function pruneOutputs() {
  for (const directory of workspaceDirs()) {
    for (const part of ['src', 'test']) {
      const outputs = join(directory, 'dist', part);
      if (!existsSync(outputs)) continue;
      for (const file of listOutputs(outputs)) {
        const base = join(directory, part, relative(outputs, file)).replace(/(\.d\.ts|\.js)(\.map)?$/, '');
        if (!['.ts', '.tsx', '.js', '.d.ts', '.mts'].some((end) => existsSync(base + end)))
          rmSync(file, { force: true });
      }
    }
  }
}

function listOutputs(directory) {
  return listFiles(directory, (name) => /(\.js|\.d\.ts)(\.map)?$/.test(name));
}

/** Compiles unless up to date. */
export async function buildTypeScript() {
  const wanted = wantedFingerprint();
  if (hasOutputs() && stamp.holds(wanted)) return;
  await runStep({
    title: 'compiling TypeScript',
    command: process.execPath,
    args: [binOf('typescript', 'tsc'), '-b'],
  });
  pruneOutputs();
  stamp.write(wanted);
}
