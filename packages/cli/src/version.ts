/** The version of this build. */
import { readFileSync } from 'node:fs';

/** `version` of the package this file was built in. */
export function packageVersion(): string {
  const manifest = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
