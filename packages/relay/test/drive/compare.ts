/** Compares what came out with what went in, per track. */
import type { MediaMessage } from '@longhaul/flv';
import type { Test } from 'tap';

/** One frame as a comparison shows it: type, timestamp, size and a digest, so that a difference is readable. */
export function summary(message: MediaMessage): string {
  const { type, timestamp, payload } = message;
  return `${type} ${timestamp} ${payload.length} ${checksum(payload).toString(16)}`;
}

/**
 * Every frame of `sent` came once, in order per track, with equal bytes and the same steps between timestamps.
 * `from` leaves out what was sent before that index.
 */
export function sameFrames(
  t: Test,
  sent: readonly MediaMessage[],
  received: readonly MediaMessage[],
  what: string,
): void {
  for (const type of [9, 8, 18] as const) {
    const want = sent.filter((message) => message.type === type).map(summary);
    const got = received.filter((message) => message.type === type).map(summary);
    t.strictSame(got.length, want.length, `${what}: number of frames of type ${type}`);
    const first = want.findIndex((line, index) => line !== got[index]);
    t.equal(
      first === -1 ? '' : got[first],
      first === -1 ? '' : want[first],
      `${what}: type ${type}, frame ${first}`,
    );
  }
}

/** What a viewer that came later has to get: the newest init data of each track, then everything from frame `key` on. */
export function isKeyFrame({ type, payload }: MediaMessage): boolean {
  return type === 9 && (payload[0] ?? 0) >> 4 === 1 && payload[1] === 1;
}

/** True for sequence headers and metadata. */
export function isInit({ type, payload }: MediaMessage): boolean {
  return type === 18 || payload[1] === 0;
}

/** FNV-1a, 32 bits. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
