/** Publish tokens. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** True when `shown` is one of `tokens`. How long it takes tells nothing about them. */
export function isToken(shown: string | null, tokens: readonly string[]): boolean {
  const digest = hash(shown ?? '');
  let found = false;
  for (const token of tokens) if (timingSafeEqual(hash(token), digest)) found = true;
  return found && shown !== null;
}

/** Equal lengths, whatever the texts. */
function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
