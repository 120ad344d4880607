/** Names of broadcasts: `domain/app/stream`. Parsed once, where a name enters; a `BroadcastPath` needs no further check. */
import { CoreError } from './errors.js';

declare const checked: unique symbol;

/** A valid `domain/app/stream`. Made by `parse` and `join` only. */
export type BroadcastPath = string & { readonly [checked]: true };

/** The three segments of a path. */
export interface PathSegments {
  readonly domain: string;
  readonly app: string;
  readonly stream: string;
}

/** The longest segment, in bytes (segments are ASCII). */
export const MAX_SEGMENT_BYTES = 255;

/**
 * Reads `domain/app/stream`.
 * @throws CoreError LH_CORE_PATH_INVALID unless there are three segments of 1 to 255 characters `[A-Za-z0-9_.~-]`, none `.` or `..`
 */
export function parse(text: string): BroadcastPath {
  const segments = text.split('/');
  const [domain, app, stream] = segments;
  if (segments.length !== 3 || domain === undefined || app === undefined || stream === undefined) {
    throw new CoreError('LH_CORE_PATH_INVALID', `a broadcast path has 3 segments, got ${segments.length}`);
  }
  return join({ domain, app, stream });
}

/**
 * Builds a path from its segments.
 * @throws CoreError LH_CORE_PATH_INVALID naming the segment and the rule
 */
export function join(segments: PathSegments): BroadcastPath {
  const { domain, app, stream } = segments;
  checkSegment('domain', domain);
  checkSegment('app', app);
  checkSegment('stream', stream);
  return `${domain}/${app}/${stream}` as BroadcastPath;
}

/** The segments of a path. */
export function split(path: BroadcastPath): PathSegments {
  const [domain, app, stream] = path.split('/') as [string, string, string];
  return { domain, app, stream };
}

/** Whether `text` may stand as one segment of a path. */
export function isSegment(text: string): boolean {
  return text.length <= MAX_SEGMENT_BYTES && SEGMENT.test(text) && text !== '.' && text !== '..';
}

function checkSegment(name: string, text: string): void {
  if (isSegment(text)) return;
  // The text itself may hold control characters or be huge: it stays out of the message.
  throw new CoreError(
    'LH_CORE_PATH_INVALID',
    `${name} must be 1 to ${MAX_SEGMENT_BYTES} characters of A-Z a-z 0-9 _ . ~ - and not "." or ".."`,
  );
}

const SEGMENT = /^[A-Za-z0-9_.~-]+$/;
