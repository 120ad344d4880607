/** Media to measure with: recorded encodes as a source, a viewer that notes arrivals. Import as `Media`. */
import { fileURLToPath } from 'node:url';

export { until } from './clock.js';
export { type FfmpegOptions, ffmpegArguments } from './ffmpeg.js';
export { openStream } from './flv-stream.js';
export { FrameReader, type Reading } from './frame-reader.js';
export { type JoinedRun, joinRun, MAX_LATE_MS, readReceived, readSent } from './join.js';
export { joinObserved, type Observed } from './join-observed.js';
export type { ReceivedRecord, ReceiverOptions } from './receiver.js';
export { DEFAULT_SHAPE, groupSeconds, SHAPE_LIST, SHAPES, type Shape } from './shapes.js';
export type { SentRecord, SourceOptions } from './source.js';

/** Entry of the source process: one argument, `SourceOptions` as JSON. */
export const SOURCE_PROCESS: string = fileURLToPath(new URL('./source-process.js', import.meta.url));
/** Entry of the receiver process: one argument, `ReceiverOptions` as JSON. */
export const RECEIVER_PROCESS: string = fileURLToPath(new URL('./receiver-process.js', import.meta.url));
