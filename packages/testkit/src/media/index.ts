/** Media with known contents: FLV messages that carry their own sequence number, a broadcast of them, FLV files. */
export { type BroadcastOptions, broadcast } from './broadcast.js';
export { flvFile } from './flv-file.js';
export type { Message } from './message.js';
export {
  aacFrame,
  aacSequenceHeader,
  avcEndOfSequence,
  avcFrame,
  avcSequenceHeader,
  fill,
  metadata,
  type PictureKind,
  sequenceOf,
} from './payload.js';
