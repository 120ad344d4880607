/** The packages of this repository as the rules see them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PackageSources } from './rules.js';

interface Manifest {
  readonly name: string;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Every workspace with its sources; generated ones are left out. */
export function readWorkspace(): PackageSources[] {
  const root = findRoot(dirname(fileURLToPath(import.meta.url)));
  const places = readManifest(root).workspaces ?? [];
  const directories = places.flatMap((place) =>
    place.endsWith('/*')
      ? readdirSync(join(root, place.slice(0, -2))).map((name) => join(root, place.slice(0, -2), name))
      : [join(root, place)],
  );
  return directories.filter((directory) => existsSync(join(directory, 'package.json'))).map(readPackage);
}

function findRoot(directory: string): string {
  const manifest = join(directory, 'package.json');
  if (existsSync(manifest) && readManifest(directory).workspaces) return directory;
  return findRoot(dirname(directory));
}

function readManifest(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;
}

function readPackage(directory: string): PackageSources {
  const { name, dependencies = {}, devDependencies = {} } = readManifest(directory);
  const files = readdirSync(join(directory, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.split(sep).includes('generated'));
  return {
    name: name.replace('@longhaul/', ''),
    dependencies: Object.keys(dependencies),
    devDependencies: Object.keys(devDependencies),
    sources: new Map(
      files.map((path) => [relative(directory, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
    ),
  };
}
