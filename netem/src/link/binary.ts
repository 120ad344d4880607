/** The router program of this package: where it is. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NetemError } from '../errors.js';

/**
 * Path of `longhaul-router`. `LONGHAUL_ROUTER` names another one.
 *
 * @throws NetemError `LH_NETEM_PROGRAM` when it has not been built
 */
export function routerBinary(): string {
  const named = process.env.LONGHAUL_ROUTER;
  const places = named === undefined ? builtPlaces() : [named];
  const found = places.find((place) => existsSync(place));
  if (found === undefined) {
    throw new NetemError(
      'LH_NETEM_PROGRAM',
      `${places[0]} is missing: build it with: cargo build --release -p longhaul-router`,
    );
  }
  return found;
}

function builtPlaces(): string[] {
  const target = process.env.CARGO_TARGET_DIR;
  return [...(target === undefined ? [] : [target]), join(repository(), 'target')].map((directory) =>
    join(directory, 'release', 'longhaul-router'),
  );
}

/** From `netem/dist/src/link` to the root. */
function repository(): string {
  return join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
}
