/** The profiles of this package, and files of others. */
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NetemError } from '../errors.js';
import { ProfileDocument } from './document.js';
import { nearest } from './nearest.js';
import type { ResolvedProfile } from './profile.js';
import { resolveProfile } from './resolve.js';
import { readText } from './text-file.js';

/** From `netem/dist/src/profile` to `netem/profiles`. */
const OWN = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'profiles');

/** Names of the profiles of this package, each variant after the profile it extends. */
export function profileNames(): string[] {
  return readdirSync(OWN)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => basename(file, ENDING))
    .sort();
}

/** All profiles of this package. */
export function listProfiles(): ResolvedProfile[] {
  return profileNames().map((name) => loadProfile(name));
}

/**
 * A profile by name, or from a file when `name` is a path or ends in `.yaml`.
 *
 * @throws NetemError `LH_NETEM_PROFILE`: unknown, with the nearest name; or `FILE:LINE: rule`
 */
export function loadProfile(name: string): ResolvedProfile {
  const isPath = name.includes('/') || name.endsWith(ENDING);
  const file = isPath ? name : join(OWN, `${name}${ENDING}`);
  if (!isPath && !profileNames().includes(name)) throw unknownProfile(name);
  const document = readDocument(file);
  const base = document.value.extends as string | undefined;
  if (base === undefined) return resolveProfile({ name: basename(name, ENDING), document });
  const beside = join(dirname(file), `${base}${ENDING}`);
  return resolveProfile({
    name: basename(name, ENDING),
    document,
    base: { name: base, document: readBase(document, beside, base) },
  });
}

function readBase(document: ProfileDocument, beside: string, name: string): ProfileDocument {
  // A file of one's own may extend a profile of this package.
  const place = profileNames().includes(name) ? join(OWN, `${name}${ENDING}`) : beside;
  let base: ProfileDocument;
  try {
    base = readDocument(place);
  } catch (error) {
    if ((error as NetemError).message.startsWith('cannot read'))
      throw document.fault(['extends'], unknownProfile(name).message);
    throw error;
  }
  if (document.value.extends === basename(document.file, ENDING))
    throw document.fault(['extends'], `${name} cannot extend itself`);
  if (base.value.extends !== undefined)
    throw document.fault(['extends'], `${name} is a variant itself: extend ${base.value.extends}`);
  return base;
}

function readDocument(file: string): ProfileDocument {
  let text: string;
  try {
    text = readText(file, MOST_BYTES);
  } catch (error) {
    throw new NetemError('LH_NETEM_PROFILE', `cannot read ${file}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return new ProfileDocument(file, text);
}

function unknownProfile(name: string): NetemError {
  const names = profileNames();
  const near = nearest(name, names);
  const hint = near === undefined ? 'see: longhaul netem list' : `did you mean ${near}?`;
  return new NetemError('LH_NETEM_PROFILE', `no profile named ${JSON.stringify(name)}, ${hint}`);
}

const ENDING = '.yaml';
/** A thousand times what a profile has. */
const MOST_BYTES = 1 << 20;
