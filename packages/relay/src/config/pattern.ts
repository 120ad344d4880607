/** Patterns over relay names and broadcast paths: `*` is any run of characters without a slash, `**` alone is everything. */

/** True when a text matches. */
export type Matcher = (text: string) => boolean;

const NAME_PATTERN = /^[A-Za-z0-9_.~*-]+$/;
const PATH_PATTERN = /^[A-Za-z0-9_.~*-]+\/[A-Za-z0-9_.~*-]+\/[A-Za-z0-9_.~*-]+$/;

/** True when `text` can match a relay name. */
export function isNamePattern(text: string): boolean {
  return text.length <= 255 && NAME_PATTERN.test(text);
}

/** True when `text` is `**` or has the three segments of a broadcast path. */
export function isPathPattern(text: string): boolean {
  return text === '**' || (text.length <= 1024 && PATH_PATTERN.test(text));
}

/** Builds the matcher of one pattern that `isNamePattern` or `isPathPattern` accepts. */
export function compile(pattern: string): Matcher {
  if (pattern === '**') return () => true;
  // Adjacent stars are one: the expression then has no nested choice to backtrack over.
  const source = pattern
    .replace(/\*+/g, '*')
    .split('*')
    .map((piece) => piece.replace(/[.~-]/g, '\\$&'))
    .join('[^/]*');
  const expression = new RegExp(`^${source}$`);
  return (text) => expression.test(text);
}

/** A matcher that is true when any of `patterns` matches. */
export function compileAny(patterns: readonly string[]): Matcher {
  const matchers = patterns.map(compile);
  return (text) => matchers.some((matches) => matches(text));
}
