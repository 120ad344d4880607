/** What a package needs at run time, read from the lock file: the workspaces and the npm packages, development left out. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../bootstrap/step.mjs';

/**
 * Where every package stands that the workspace `name` needs at run time, itself included.
 *
 * @param {string} root - the checkout
 * @param {string} name - `@longhaul/cli`
 * @returns {{workspaces: {name: string, directory: string}[], packages: string[]}} directories relative to the root,
 *   sorted; a package inside another one's node_modules is named like that
 * @throws SetupError when something is neither installed nor optional
 */
export function runtimeClosure(root, name) {
  const { packages: lock } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const workspaces = new Map();
  const packages = new Set();
  const visit = (place) => {
    const entry = lock[place];
    if (entry.link === true) {
      const directory = entry.resolved;
      if (workspaces.has(directory)) return;
      workspaces.set(directory, place.slice('node_modules/'.length));
      follow(directory, lock[directory]);
    } else if (!packages.has(place)) {
      packages.add(place);
      follow(place, entry);
    }
  };
  const follow = (
    from,
    { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, ...entry },
  ) => {
    for (const wanted of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const place = resolve(lock, from, wanted);
      if (place !== undefined && existsSync(join(root, place))) visit(place);
      else if (!isOptional(wanted, optionalDependencies, entry.peerDependenciesMeta ?? {}))
        throw new SetupError(`${from} needs ${wanted}, which is not installed: run npm install`);
    }
  };
  visit(`node_modules/${name}`);
  return {
    workspaces: [...workspaces].map(([directory, each]) => ({ name: each, directory })).sort(byDirectory),
    packages: [...packages].sort(),
  };
}

/** The place of `name` as Node finds it from `from`: the nearest node_modules on the way up. */
function resolve(lock, from, name) {
  for (let directory = from; ; directory = parentOf(directory)) {
    const place = directory === '' ? `node_modules/${name}` : `${directory}/node_modules/${name}`;
    if (lock[place] !== undefined) return place;
    if (directory === '') return undefined;
  }
}

function parentOf(directory) {
  const at = directory.lastIndexOf('/node_modules/');
  return at === -1 ? '' : directory.slice(0, at);
}

function isOptional(name, optional, peerMeta) {
  return name in optional || peerMeta[name]?.optional === true;
}

function byDirectory(a, b) {
  return a.directory < b.directory ? -1 : 1;
}
