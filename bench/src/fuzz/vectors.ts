/** The valid vectors of the wire format (docs/wire.md): what implementations are checked against is what mutations begin with. */
import { readFileSync } from 'node:fs';
import { hex } from './mutate.js';

/** The bytes of packages/wire/vectors/`name`.json. */
export function vectors(name: string): Uint8Array[] {
  const file = new URL(`../../../../packages/wire/vectors/${name}.json`, import.meta.url);
  const { vectors, tolerated = [] } = JSON.parse(readFileSync(file, 'utf8')) as Record<
    string,
    { bytes: string }[]
  >;
  return [...(vectors ?? []), ...(tolerated as { bytes: string }[])].map(({ bytes }) => hex(bytes));
}
