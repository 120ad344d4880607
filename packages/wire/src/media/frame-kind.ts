/** Kinds of the records in a group stream that carry a frame; docs/wire.md §5.3. */
export type FrameKind = 'key' | 'delta' | 'discardable' | 'audio' | 'data';

/** The number of each frame kind on the wire. */
export const FrameCode = { key: 1, delta: 2, discardable: 3, audio: 4, data: 5 } as const;

/** Kind of the record that stands for a frame which was dropped on the way. Its payload begins with the number of the frame's kind. */
export const DROPPED_CODE = 14;

/** Kind of the record that says: frames of this group from here on are lost. Its payload is empty. */
export const TRUNCATED_CODE = 15;

/** The frame kind of `code`, or undefined for one that this version does not know. */
export function frameKindOf(code: number): FrameKind | undefined {
  return KINDS[code];
}

const KINDS: readonly (FrameKind | undefined)[] = [undefined, 'key', 'delta', 'discardable', 'audio', 'data'];
