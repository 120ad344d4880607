/** Media with known contents: FLV messages that carry their own sequence number, a broadcast of them, FLV files. */
export { type BroadcastOptions, broadcast } from './broadcast.js';
export { flvFile } from './flv-file.js';
export {
  aacFrame,
  aacSequenceHeader,
  avcEndOfSequence,
  avcFrame,
  avcSequenceHeader,
  fill,
  type Message,
  metadata,
  type PictureKind,
  sequenceOf,
} from './payload.js';
